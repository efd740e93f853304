// One thread feeds a client while others ask it, in every way, and read its flags. C++17, for ThreadSanitizer and
// AddressSanitizer, which find what the checks here do not.

#include "sidekick.h"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

#define CHECK(condition)                                                           \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1);                                                                \
    }                                                                              \
  } while (0)

// Replays, each followed by changes.
constexpr int ROUNDS = 30;
constexpr int CHANGES = 20;
// Flags beside the one that is asked about: a replay of a quarter of a megabyte.
constexpr int OTHERS = 1000;
constexpr int ASKING = 2;

const uint8_t *bytes(const std::string &text) { return reinterpret_cast<const uint8_t *>(text.data()); }
SidekickText view(const std::string &text) { return {bytes(text), text.size()}; }

const std::string KEY = "asked", USER = "ann", NAME = "plan", VALUE = "pro";

// A flag that is on by its rule at an even revision and by its rollout at an odd one: every answer is on.
std::string asked(uint64_t revision) {
  std::string rest = revision % 2 == 0
                         ? R"("rollout_percentage":0,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}])"
                         : R"("rollout_percentage":100,"rules":[])";
  return R"({"key":"asked","is_enabled":true,)" + rest + R"(,"revision":)" + std::to_string(revision) + "}";
}

std::string upsert(const std::string &flag) { return "data: {\"type\":\"UPSERT\",\"flag\":" + flag + "}\n\n"; }

std::string replay(uint64_t revision) {
  std::string text = "event: connected\ndata: true\n\n" + upsert(asked(revision));
  for (int number = 0; number < OTHERS; ++number) {
    text += upsert(R"({"key":"other-)" + std::to_string(number) +
                   R"(","is_enabled":true,"description":"one of many, so that a replay takes its time","rules":[{"attribute":"plan",)"
                   R"("operator":"Equals","values":["free","team"]}],"revision":)" + std::to_string(revision) + "}");
  }
  return text + "id: e:" + std::to_string(revision) + "\nevent: ready\ndata: {\"revision\":" + std::to_string(revision) +
         ",\"flags\":" + std::to_string(OTHERS + 1) + "}\n\n";
}

void poll(const SidekickClient *client) {
  SidekickOutput output;
  do {
    CHECK(sidekick_poll_output(client, &output) == SIDEKICK_ERROR_NONE);
    CHECK(output.kind != SIDEKICK_OUTPUT_KIND_ERROR);
    sidekick_bytes_free(&output.text);
  } while (output.kind != SIDEKICK_OUTPUT_KIND_NONE);
}

void feed(const SidekickClient *client, const std::string &text) {
  CHECK(sidekick_handle_bytes(client, 1, bytes(text), text.size()) == SIDEKICK_ERROR_NONE);
  poll(client);
}

// Shared by all threads.
struct World {
  SidekickClient *client;
  SidekickUser *user;
  std::atomic<bool> is_over{false};
  std::atomic<bool> is_replaying{false};
  std::atomic<uint64_t> asked_in_replays{0};
};

// The answer, where the handle was not stale: then the host resolves again.
bool is_answer(uint32_t answer) {
  if (SIDEKICK_REASON(answer) == SIDEKICK_REASON_ERROR) {
    CHECK(SIDEKICK_DETAIL(answer) == SIDEKICK_ERROR_STALE_HANDLE);
    return false;
  }
  CHECK(SIDEKICK_ENABLED(answer) == 1);
  CHECK(SIDEKICK_REASON(answer) == SIDEKICK_REASON_TARGETING_MATCH || SIDEKICK_REASON(answer) == SIDEKICK_REASON_STATIC);
  return true;
}

void fetch(void *context, uint32_t index, SidekickText *text) {
  CHECK(index == 0);
  // A host may ask while it is asked.
  SidekickState state;
  CHECK(sidekick_state(static_cast<World *>(context)->client, &state) == SIDEKICK_ERROR_NONE);
  *text = view(VALUE);
}

void ask(World *world, double *longest) {
  SidekickAttribute attribute = {view(NAME), view(VALUE)};
  SidekickText value = view(VALUE);
  uint64_t count = 0;
  SidekickFlag flag;
  while (!world->is_over.load(std::memory_order_relaxed)) {
    CHECK(sidekick_resolve(world->client, bytes(KEY), KEY.size(), &flag) == SIDEKICK_ERROR_NONE);
    CHECK((flag.fixed == -1) == (flag.revision % 2 == 0));
    for (bool is_fresh = true; is_fresh && !world->is_over.load(std::memory_order_relaxed);) {
      Clock::time_point start = Clock::now();
      CHECK(is_answer(sidekick_evaluate(world->client, bytes(KEY), KEY.size(), bytes(USER), USER.size(), &attribute, 1, false)));
      double micros = std::chrono::duration<double, std::micro>(Clock::now() - start).count();
      if (micros > *longest) *longest = micros;
      is_fresh = is_answer(sidekick_evaluate_handle(world->client, flag.handle, bytes(USER), USER.size(), &value, 1, true)) &&
                 is_answer(sidekick_evaluate_lazily(world->client, flag.handle, fetch, world, true)) &&
                 is_answer(sidekick_evaluate_user(world->client, flag.handle, world->user, true));
      if (world->is_replaying.load(std::memory_order_relaxed)) count += 1;
    }
  }
  world->asked_in_replays += count;
}

// What a host does beside: it keeps snapshots, binds users, reads names and errors.
void look(World *world) {
  while (!world->is_over.load(std::memory_order_relaxed)) {
    SidekickState state;
    CHECK(sidekick_state(world->client, &state) == SIDEKICK_ERROR_NONE);
    CHECK(state.status == SIDEKICK_STATUS_READY && state.flag_count == OTHERS + 1);
    SidekickBytes snapshot;
    CHECK(sidekick_export(world->client, SIDEKICK_EXPORT_SNAPSHOT, &snapshot) == SIDEKICK_ERROR_NONE);
    SidekickClient *other = sidekick_client_create(2);
    CHECK(sidekick_import_snapshot(other, snapshot.pointer, snapshot.length, nullptr) == SIDEKICK_ERROR_NONE);
    CHECK(sidekick_state(other, &state) == SIDEKICK_ERROR_NONE && state.flag_count == OTHERS + 1);
    sidekick_client_free(other);
    sidekick_bytes_free(&snapshot);
    SidekickUser *user;
    CHECK(sidekick_user_create(bytes(USER), USER.size(), nullptr, 0, &user) == SIDEKICK_ERROR_NONE);
    sidekick_user_free(user);
    CHECK(sidekick_handle_event(world->client, 99, 0) == SIDEKICK_ERROR_NUMBER);
    uint8_t message[8];
    CHECK(sidekick_last_error(world->client, message, sizeof message) > sizeof message);
  }
}

}  // namespace

int main() {
  World world;
  world.client = sidekick_client_create(1);
  SidekickAttribute attribute = {view(NAME), view(VALUE)};
  CHECK(sidekick_user_create(bytes(USER), USER.size(), &attribute, 1, &world.user) == SIDEKICK_ERROR_NONE);
  const std::string type = "text/event-stream";
  CHECK(sidekick_handle_event(world.client, SIDEKICK_EVENT_START, 0) == SIDEKICK_ERROR_NONE);
  CHECK(sidekick_handle_connected(world.client, 0, 200, bytes(type), type.size(), nullptr, 0) == SIDEKICK_ERROR_NONE);
  uint64_t revision = 1;
  feed(world.client, replay(revision));

  std::vector<std::thread> threads;
  double longest[ASKING] = {};
  for (double &own : longest) threads.emplace_back(ask, &world, &own);
  threads.emplace_back(look, &world);
  for (int round = 0; round < ROUNDS; ++round) {
    std::string whole = replay(++revision);
    world.is_replaying = true;
    feed(world.client, whole);
    world.is_replaying = false;
    for (int change = 0; change < CHANGES; ++change) {
      ++revision;
      feed(world.client, "id: e:" + std::to_string(revision) + "\n" + upsert(asked(revision)));
    }
  }
  world.is_over = true;
  for (std::thread &thread : threads) thread.join();

  // A replay is one call: whoever asked meanwhile was let in between its pieces.
  uint64_t asked = world.asked_in_replays;
  CHECK(asked > 0);
  double most = 0;
  for (double own : longest) most = own > most ? own : most;
  std::printf("threads: %llu rounds of questions within %d replays; the longest wait was %.0f us\n", static_cast<unsigned long long>(asked), ROUNDS, most);
  sidekick_user_free(world.user);
  sidekick_client_free(world.client);
  std::puts("threads: ok");
}
