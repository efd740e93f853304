// What the C tests share: a check that says where it failed, and texts as pointer and length.

#ifndef CHECK_H
#define CHECK_H

#include "sidekick.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Ends the program where `condition` does not hold.
#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                \
    }                                                                         \
  } while (0)

// A C string as two arguments.
#define TEXT(string) (const uint8_t *)(string), strlen(string)

// A C string as a text; NULL is none.
static inline SidekickText text_of(const char *string) {
  SidekickText text = {(const uint8_t *)string, string == NULL ? 0 : strlen(string)};
  return text;
}

static inline SidekickAttribute attribute_of(const char *name, const char *value) {
  SidekickAttribute attribute = {text_of(name), text_of(value)};
  return attribute;
}

// Whether bytes that the library gave are the string; frees them.
static inline bool is_and_free(SidekickBytes *bytes, const char *string) {
  bool is = bytes->length == strlen(string) && memcmp(bytes->pointer == NULL ? (const uint8_t *)"" : bytes->pointer, string, bytes->length) == 0;
  sidekick_bytes_free(bytes);
  return is;
}

// Takes every output there is.
static inline void drain(const SidekickClient *client) {
  SidekickOutput output;
  do {
    CHECK(sidekick_poll_output(client, &output) == SIDEKICK_ERROR_NONE);
    sidekick_bytes_free(&output.text);
  } while (output.kind != SIDEKICK_OUTPUT_KIND_NONE);
}

// A client whose stream is open at the time 0.
static inline SidekickClient *streaming_client(void) {
  SidekickClient *client = sidekick_client_create(7);
  CHECK(sidekick_handle_event(client, SIDEKICK_EVENT_START, 0) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_handle_connected(client, 0, 200, TEXT("text/event-stream"), NULL, 0) == SIDEKICK_ERROR_NONE);
  return client;
}

static inline void feed(const SidekickClient *client, const char *bytes) {
  CHECK(sidekick_handle_bytes(client, 1, TEXT(bytes)) == SIDEKICK_ERROR_NONE);
}

// Three flags: by a rule, by a rollout of half, and off.
#define THREE_FLAGS                                                                                              \
  "event: connected\ndata: true\n\n"                                                                             \
  "data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"beta\",\"is_enabled\":true,\"rollout_percentage\":0,"           \
  "\"rules\":[{\"attribute\":\"plan\",\"operator\":\"Equals\",\"values\":[\"pro\"]},"                             \
  "{\"attribute\":\"email\",\"operator\":\"EndsWith\",\"values\":[\"@acme.com\"]}],\"revision\":1}}\n\n"           \
  "data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"half\",\"is_enabled\":true,\"rollout_percentage\":50,"          \
  "\"revision\":2}}\n\n"                                                                                         \
  "data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"off\",\"is_enabled\":false,\"revision\":3}}\n\n"                 \
  "id: e:3\nevent: ready\ndata: {\"revision\":3,\"flags\":3}\n\n"

static inline SidekickClient *client_with_three_flags(void) {
  SidekickClient *client = streaming_client();
  feed(client, THREE_FLAGS);
  drain(client);
  return client;
}

#endif
