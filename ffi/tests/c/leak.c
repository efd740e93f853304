// That nothing is left behind: native allocations are counted, over ten million evaluations and ten thousand clients.
//
// It is linked with --wrap for each function below, so that all of the library's memory passes here.

#include "check.h"

#include <sys/resource.h>

#define EVALUATIONS 10000000
#define CLIENTS 10000
// What memory may grow by, in KiB: pages that the C library takes by itself.
#define SLACK_KIB 256

static long allocations, live;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
int __real_posix_memalign(void **block, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
int __wrap_posix_memalign(void **block, size_t alignment, size_t size);

void *__wrap_malloc(size_t size) {
  allocations += 1;
  live += 1;
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  allocations += 1;
  live += 1;
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size) {
  allocations += 1;
  live += block == NULL;
  return __real_realloc(block, size);
}

void __wrap_free(void *block) {
  live -= block != NULL;
  __real_free(block);
}

int __wrap_posix_memalign(void **block, size_t alignment, size_t size) {
  allocations += 1;
  live += 1;
  return __real_posix_memalign(block, alignment, size);
}

// The most memory that the process has had, in KiB.
static long peak_kib(void) {
  struct rusage usage;
  CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  return usage.ru_maxrss;
}

static void fetch(void *context, uint32_t index, SidekickText *text) {
  (void)context;
  *text = text_of(index == SIDEKICK_USER_KEY ? "ann" : index == 1 ? "ann@acme.com" : NULL);
}

static void an_evaluation_allocates_nothing(void) {
  SidekickClient *client = client_with_three_flags();
  SidekickFlag beta, half;
  CHECK(sidekick_resolve(client, TEXT("beta"), &beta) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_resolve(client, TEXT("half"), &half) == SIDEKICK_ERROR_NONE);
  SidekickAttribute email = attribute_of("email", "ann@acme.com");
  SidekickText values[] = {text_of(NULL), email.value};
  SidekickUser *user;
  CHECK(sidekick_user_create(TEXT("ann"), &email, 1, &user) == SIDEKICK_ERROR_NONE);
  const uint32_t by_rule = 1 | SIDEKICK_REASON_TARGETING_MATCH << 1 | 1 << 4;
  const uint32_t by_bucket = sidekick_evaluate(client, TEXT("half"), TEXT("ann"), NULL, 0, false);

  long before = allocations, peak = peak_kib();
  for (int done = 0; done < EVALUATIONS; done += 5) {
    CHECK(sidekick_evaluate(client, TEXT("beta"), TEXT("ann"), &email, 1, false) == by_rule);
    CHECK(sidekick_evaluate_handle(client, beta.handle, TEXT("ann"), values, 2, false) == by_rule);
    CHECK(sidekick_evaluate_lazily(client, beta.handle, fetch, NULL, false) == by_rule);
    CHECK(sidekick_evaluate_user(client, half.handle, user, false) == by_bucket);
    CHECK(sidekick_evaluate_handle(client, half.handle, TEXT("ann"), NULL, 0, false) == by_bucket);
  }
  printf("leak: %d evaluations, %ld allocations, %ld KiB more\n", EVALUATIONS, allocations - before, peak_kib() - peak);
  CHECK(allocations == before);
  CHECK(peak_kib() - peak <= SLACK_KIB);
  sidekick_user_free(user);
  sidekick_client_free(client);
}

// All that a client does in its life: flags, errors, names, users, snapshots, half an event when it ends.
static void a_life(void) {
  SidekickClient *client = client_with_three_flags();
  SidekickFlag flag;
  SidekickBytes bytes;
  SidekickUser *user;
  SidekickAttribute email = attribute_of("email", "ann@acme.com");
  CHECK(sidekick_resolve(client, TEXT("beta"), &flag) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_resolve(client, TEXT("unknown"), &flag) == SIDEKICK_ERROR_FLAG_NOT_FOUND);
  CHECK(sidekick_attribute_name(client, flag.handle, 0, &bytes) == SIDEKICK_ERROR_NONE);
  sidekick_bytes_free(&bytes);
  CHECK(sidekick_user_create(TEXT("ann"), &email, 1, &user) == SIDEKICK_ERROR_NONE);
  CHECK(SIDEKICK_ENABLED(sidekick_evaluate_user(client, flag.handle, user, false)) == 1);
  CHECK(sidekick_export(client, SIDEKICK_EXPORT_SNAPSHOT, &bytes) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_import_snapshot(client, bytes.pointer, bytes.length, NULL) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_import_snapshot(client, bytes.pointer, bytes.length - 1, NULL) == SIDEKICK_ERROR_SNAPSHOT);
  sidekick_bytes_free(&bytes);
  feed(client, "id: e:4\ndata: {\"type\":\"DELETE\",\"key\":\"beta\"}\n\n");
  drain(client);
  feed(client, "event: connected\ndata: true\n\ndata: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"x\"}}\n\ndata: {\"type\":");
  sidekick_user_free(user);
  sidekick_client_free(client);
}

static void a_client_leaves_nothing_behind(void) {
  a_life();
  long before = live, made = allocations, peak = peak_kib();
  for (int done = 0; done < CLIENTS; done += 1) a_life();
  printf("leak: %d clients, %ld allocations, %ld of them left, %ld KiB more\n", CLIENTS, allocations - made, live - before, peak_kib() - peak);
  CHECK(allocations - made > CLIENTS);
  CHECK(live == before);
  CHECK(peak_kib() - peak <= SLACK_KIB);
}

int main(void) {
  an_evaluation_allocates_nothing();
  a_client_leaves_nothing_behind();
  puts("leak: ok");
  return 0;
}
