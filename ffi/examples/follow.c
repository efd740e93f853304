// A program that follows a server with libcurl, and says what a flag is for a user whenever the answer is another:
//   follow SERVER FLAG USER [ATTRIBUTE=VALUE]…
// The key is the environment's SDK_KEY. One thread does everything: what libcurl brings goes into the client, and what
// the client asks for is done between two waits.

#include "sidekick.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT(string) (const uint8_t *)(string), strlen(string)
#define MOST_ATTRIBUTES 16
#define NEVER UINT64_MAX

typedef struct {
  const char *flag, *user;
  SidekickAttribute attributes[MOST_ATTRIBUTES];
  size_t attribute_count;
} Question;

typedef struct {
  SidekickClient *client;
  Question question;
  int64_t last_answer;
  uint64_t wake_at;
  // What the client wants. It is done between two waits, for libcurl calls us while it is at work on the stream.
  bool must_drop, must_connect;
  char last_event_id[128];
  CURLM *multi;
  CURL *stream;
  struct curl_slist *headers;
  bool is_answered;
  char failure[CURL_ERROR_SIZE];
  char url[1024];
} Host;

static volatile sig_atomic_t has_to_end = 0;

static void end(int signal) {
  (void)signal;
  has_to_end = 1;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

// Prints the answer where it is another.
static void show(Host *host) {
  const Question *question = &host->question;
  uint32_t answer = sidekick_evaluate(host->client, TEXT(question->flag), TEXT(question->user), question->attributes,
                                      question->attribute_count, false);
  if (SIDEKICK_ENABLED(answer) == host->last_answer) return;
  host->last_answer = SIDEKICK_ENABLED(answer);
  printf("%s is %s for %s\n", question->flag, SIDEKICK_ENABLED(answer) ? "on" : "off", question->user);
  fflush(stdout);
}

// Hears what the client has to say. To be called after whatever it is told.
static void listen_to_client(Host *host) {
  SidekickOutput output;
  while (sidekick_poll_output(host->client, &output) == SIDEKICK_ERROR_NONE && output.kind != SIDEKICK_OUTPUT_KIND_NONE) {
    const char *text = output.text.pointer ? (const char *)output.text.pointer : "";
    int length = (int)output.text.length;
    switch (output.kind) {
      case SIDEKICK_OUTPUT_KIND_CONNECT:
        host->must_connect = true;
        snprintf(host->last_event_id, sizeof host->last_event_id, "%.*s", length, text);
        break;
      case SIDEKICK_OUTPUT_KIND_DISCONNECT:
        host->must_drop = true;
        host->must_connect = false;
        break;
      case SIDEKICK_OUTPUT_KIND_WAKE_AT:
        host->wake_at = output.number;
        break;
      case SIDEKICK_OUTPUT_KIND_FLAGS_CHANGED:
        show(host);
        break;
      case SIDEKICK_OUTPUT_KIND_STATUS_CHANGED:
        fprintf(stderr, "the flags are %s\n", output.number == SIDEKICK_STATUS_READY ? "current" : "the last known ones");
        show(host);  // Where there is no flag at all, nothing changes.
        break;
      case SIDEKICK_OUTPUT_KIND_ERROR:
        fprintf(stderr, "%.*s%s%s\n", length, text, *host->failure ? ": " : "", host->failure);
        break;
      default:
        break;
    }
    sidekick_bytes_free(&output.text);
  }
}

static void tell(Host *host, SidekickEvent event) {
  sidekick_handle_event(host->client, event, now());
  listen_to_client(host);
}

// Tells the client how the server has answered, once.
static void tell_answer(Host *host) {
  long status = 0;
  const char *type = NULL;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(host->stream, CURLINFO_RESPONSE_CODE, &status);
  // There is none where no connection came about.
  if (host->is_answered || status == 0) return;
  host->is_answered = true;
  curl_easy_getinfo(host->stream, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo(host->stream, CURLINFO_RETRY_AFTER, &retry_after);
  char seconds[24];
  int length = retry_after > 0 ? snprintf(seconds, sizeof seconds, "%" PRId64, (int64_t)retry_after) : 0;
  sidekick_handle_connected(host->client, now(), (uint16_t)status, (const uint8_t *)type, type ? strlen(type) : 0,
                            length ? (const uint8_t *)seconds : NULL, (size_t)length);
  listen_to_client(host);
}

// libcurl calls it with what has come. Another number than was given ends the stream.
static size_t take(char *bytes, size_t size, size_t count, void *context) {
  Host *host = context;
  tell_answer(host);
  if (host->must_drop) return 0;
  sidekick_handle_bytes(host->client, now(), (const uint8_t *)bytes, size * count);
  listen_to_client(host);
  return size * count;
}

static void drop(Host *host) {
  host->must_drop = false;
  if (!host->stream) return;
  curl_multi_remove_handle(host->multi, host->stream);
  curl_easy_cleanup(host->stream);
  curl_slist_free_all(host->headers);
  host->stream = NULL;
  host->headers = NULL;
}

static void add_header(Host *host, const char *name, const char *value) {
  char header[1024];
  if (!value || !*value) return;
  snprintf(header, sizeof header, "%s: %s", name, value);
  host->headers = curl_slist_append(host->headers, header);
}

static void connect_stream(Host *host) {
  drop(host);
  host->must_connect = false;
  host->is_answered = false;
  *host->failure = 0;
  char authorization[512] = "";
  const char *key = getenv("SDK_KEY");
  if (key && *key) snprintf(authorization, sizeof authorization, "Bearer %s", key);
  add_header(host, "Accept", "text/event-stream");
  add_header(host, "Authorization", authorization);
  add_header(host, "Last-Event-ID", host->last_event_id);
  host->stream = curl_easy_init();
  curl_easy_setopt(host->stream, CURLOPT_URL, host->url);
  curl_easy_setopt(host->stream, CURLOPT_HTTPHEADER, host->headers);
  curl_easy_setopt(host->stream, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(host->stream, CURLOPT_WRITEDATA, host);
  curl_easy_setopt(host->stream, CURLOPT_ERRORBUFFER, host->failure);
  curl_multi_add_handle(host->multi, host->stream);
}

// Waits for the stream, a signal or the client's time, and does what is to be done then.
static void step(Host *host) {
  if (host->must_drop) drop(host);
  if (host->must_connect) connect_stream(host);
  uint64_t time = now();
  // At most a second, for a signal may have come just before the wait.
  uint64_t wait = host->wake_at <= time ? 0 : host->wake_at - time < 1000 ? host->wake_at - time : 1000;
  curl_multi_poll(host->multi, NULL, 0, (int)wait, NULL);
  int running, left;
  curl_multi_perform(host->multi, &running);
  for (CURLMsg *message; (message = curl_multi_info_read(host->multi, &left));) {
    if (message->msg != CURLMSG_DONE || message->easy_handle != host->stream) continue;
    tell_answer(host);
    // Where the client wants it dropped, its end is no news.
    bool is_lost = !host->must_drop;
    drop(host);
    if (is_lost) tell(host, SIDEKICK_EVENT_DISCONNECTED);
    break;
  }
  if (now() < host->wake_at) return;
  host->wake_at = NEVER;
  tell(host, SIDEKICK_EVENT_TIMEOUT);
}

static bool read_question(Question *question, int count, char **words) {
  question->flag = words[2];
  question->user = words[3];
  for (int index = 4; index < count; index += 1) {
    const char *equals = strchr(words[index], '=');
    if (!equals || question->attribute_count == MOST_ATTRIBUTES) return false;
    SidekickText name = {(const uint8_t *)words[index], (size_t)(equals - words[index])};
    question->attributes[question->attribute_count++] = (SidekickAttribute){name, {TEXT(equals + 1)}};
  }
  return true;
}

int main(int count, char **words) {
  Host host = {.last_answer = -1, .wake_at = NEVER};
  if (count < 4 || !read_question(&host.question, count, words)) {
    fprintf(stderr, "usage: %s SERVER FLAG USER [ATTRIBUTE=VALUE]…, at most %d attributes\n", words[0], MOST_ATTRIBUTES);
    return 2;
  }
  if (sidekick_abi_version() != SIDEKICK_ABI_VERSION || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
    fprintf(stderr, "the library is not the one that this program was compiled for\n");
    return 1;
  }
  snprintf(host.url, sizeof host.url, "%s/stream", words[1]);
  signal(SIGINT, end);
  signal(SIGTERM, end);
  // It spreads the attempts of many clients, so each needs another.
  struct timespec seed;
  clock_gettime(CLOCK_REALTIME, &seed);
  host.client = sidekick_client_create((uint64_t)seed.tv_nsec << 32 ^ (uint64_t)seed.tv_sec ^ (uintptr_t)&host);
  host.multi = curl_multi_init();
  tell(&host, SIDEKICK_EVENT_START);
  while (!has_to_end) step(&host);
  drop(&host);
  curl_multi_cleanup(host.multi);
  sidekick_client_free(host.client);
  curl_global_cleanup();
  return 0;
}
