// What a question costs from C, held against the same question to the core from Rust, in one process and in turns.

#include "../tests/c/check.h"

#include <time.h>

#define ROUNDS 301
#define TIMES 20000ull

bool core_load(const uint8_t *document, size_t length);
uint64_t core_run(uint64_t times, bool is_by_handle, const uint8_t *key, size_t key_length, const uint8_t *user, size_t user_length,
                  const uint8_t *value, size_t value_length);

static const char *const FLAGS[] = {
    "{\"key\":\"half\",\"is_enabled\":true,\"rollout_percentage\":50}",
    "{\"key\":\"suffix\",\"is_enabled\":true,\"rollout_percentage\":0,\"rules\":[{\"attribute\":\"email\",\"operator\":\"EndsWith\","
    "\"values\":[\"@acme.com\"]}]}",
    "{\"key\":\"five\",\"is_enabled\":true,\"rollout_percentage\":50,\"rules\":["
    "{\"attribute\":\"email\",\"operator\":\"Equals\",\"values\":[\"a@x.org\",\"b@x.org\",\"c@x.org\",\"d@x.org\"]},"
    "{\"attribute\":\"email\",\"operator\":\"StartsWith\",\"values\":[\"root@\",\"admin@\",\"ops@\",\"dev@\"]},"
    "{\"attribute\":\"email\",\"operator\":\"EndsWith\",\"values\":[\"@x.org\",\"@y.org\",\"@z.org\",\"@w.org\"]},"
    "{\"attribute\":\"email\",\"operator\":\"Contains\",\"values\":[\"+beta\",\"+test\",\"+qa\",\"+ci\"]},"
    "{\"attribute\":\"email\",\"operator\":\"Equals\",\"values\":[\"e@x.org\",\"f@x.org\",\"g@x.org\",\"h@x.org\"]}]}",
};
static const char *const KEYS[] = {"half", "suffix", "five"};
static const char *const USER = "9b2f6c1e-5d0a-4a57-8f3c-2e7d1b40a6c9";
static const char *const EMAIL = "ada.lovelace@acme.com";

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

// Of the quickest tenth the slowest: a machine that does other things too is slower most of the time.
static double quick(double *values) {
  qsort(values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 10];
}

static void fetch(void *context, uint32_t index, SidekickText *text) {
  (void)context;
  *text = text_of(index == SIDEKICK_USER_KEY ? USER : EMAIL);
}

enum way { BY_KEY, BY_HANDLE, LAZILY, BOUND, WAYS };
static const char *const WAY_NAMES[] = {"by key", "by handle", "lazily", "bound user"};

static uint64_t ask(const SidekickClient *client, enum way way, const char *key, const SidekickUser *user) {
  SidekickFlag flag;
  CHECK(sidekick_resolve(client, TEXT(key), &flag) == SIDEKICK_ERROR_NONE);
  size_t key_length = strlen(key), user_length = strlen(USER);
  SidekickText value = text_of(EMAIL);
  SidekickAttribute attribute = attribute_of("email", EMAIL);
  uint64_t sum = 0;
  for (uint64_t done = 0; done < TIMES; done += 1) {
    switch (way) {
      case BY_KEY:
        sum += sidekick_evaluate(client, (const uint8_t *)key, key_length, (const uint8_t *)USER, user_length, &attribute, 1, false);
        break;
      case BY_HANDLE:
        sum += sidekick_evaluate_handle(client, flag.handle, (const uint8_t *)USER, user_length, &value, 1, false);
        break;
      case LAZILY:
        sum += sidekick_evaluate_lazily(client, flag.handle, fetch, NULL, false);
        break;
      default:
        sum += sidekick_evaluate_user(client, flag.handle, user, false);
    }
  }
  return sum;
}

int main(void) {
  char documents[4096] = "", stream[8192] = "event: connected\ndata: true\n\n";
  for (size_t index = 0; index < 3; index += 1) {
    if (index > 0) strcat(documents, "\n");
    strcat(documents, FLAGS[index]);
    strcat(stream, "data: {\"type\":\"UPSERT\",\"flag\":");
    strcat(stream, FLAGS[index]);
    strcat(stream, "}\n\n");
  }
  strcat(stream, "id: e:1\nevent: ready\ndata: {\"revision\":1,\"flags\":3}\n\n");
  CHECK(core_load(TEXT(documents)));
  SidekickClient *client = streaming_client();
  feed(client, stream);
  drain(client);
  SidekickAttribute attribute = attribute_of("email", EMAIL);
  SidekickUser *user;
  CHECK(sidekick_user_create(TEXT(USER), &attribute, 1, &user) == SIDEKICK_ERROR_NONE);

  printf("%-8s %-10s %8s %8s %8s\n", "flag", "asked", "core ns", "C ns", "more ns");
  for (size_t index = 0; index < 3; index += 1) {
    for (enum way way = BY_KEY; way < WAYS; way += 1) {
      double core[ROUNDS], c[ROUNDS];
      for (int round = 0; round < ROUNDS; round += 1) {
        double start = now();
        uint64_t right = core_run(TIMES, way != BY_KEY, TEXT(KEYS[index]), TEXT(USER), TEXT(EMAIL));
        double middle = now();
        CHECK(ask(client, way, KEYS[index], user) == right);
        c[round] = (now() - middle) / (double)TIMES;
        core[round] = (middle - start) / (double)TIMES;
      }
      double of_core = quick(core), of_c = quick(c);
      printf("%-8s %-10s %8.1f %8.1f %8.1f\n", KEYS[index], WAY_NAMES[way], of_core, of_c, of_c - of_core);
    }
  }
  sidekick_user_free(user);
  sidekick_client_free(client);
  return 0;
}
