// Several runtimes at once, each on a thread of its own, and to each client a second thread that feeds it through the C
// library while JavaScript asks. For ThreadSanitizer, which finds what the checks here do not.

#include <jsc/JSCRuntime.h>
#include <jsi/jsi.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../turbo_modules.h"
#include "sidekick.h"

using namespace facebook;

namespace {

constexpr int APPS = 2;
/// How often each thread makes its runtime anew.
constexpr int RELOADS = 3;
/// Of the flag, while one runtime lives.
constexpr std::uint64_t CHANGES = 400;

/// Of the clients that this thread has made, the last.
thread_local SidekickClient* made = nullptr;

/// An app asks about a flag that is on by a rule or by its rollout, as it changes. What finds no flag that stays for the length
/// of a question gives the default with the reason ERROR; any other answer that is off is wrong.
const char PROGRAM[] = R"(
  const client = nativeModuleProxy.Sidekick.createClient(1, 2);
  client.start(0);
  client.handleConnected(1, 200, 'text/event-stream', '');
  client.handleBytes(2, stream);
  while (client.pollOutput() !== undefined);
  isReady();
  const attributes = { get plan() { return 'pr' + 'o'; } };
  const counts = { asked: 0, on: 0, wrong: 0 };
  const count = (bits) => {
    counts.asked += 1;
    if ((bits & 1) === 1) counts.on += 1;
    else if (((bits >> 1) & 7) !== 5) counts.wrong += 1;
  };
  while (goesOn()) {
    const flag = client.resolve('asked');
    const ask = client.bindUser('ann', attributes);
    for (let question = 0; question < 50; question += 1) {
      count(flag.evaluate('ann', attributes, false));
      count(ask('asked', false));
    }
    client.flagsJson();
    client.status();
  }
  [counts.asked, counts.on, counts.wrong];
)";

std::string upsert(std::uint64_t revision) {
  const std::string rest = revision % 2 == 0
      ? R"("rollout_percentage":0,"rules":[{"attribute":"plan","operator":"Equals","values":["pro"]}])"
      : R"("rollout_percentage":100,"rules":[])";
  return R"(data: {"type":"UPSERT","flag":{"key":"asked","is_enabled":true,)" + rest + R"(,"revision":)" +
      std::to_string(revision) + "}}\n\n";
}

std::string replay() {
  return "event: connected\ndata: true\n\n" + upsert(1) + "id: e:1\nevent: ready\ndata: {\"revision\":1,\"flags\":1}\n\n";
}

/// The second thread: whatever brings the stream, it is not JavaScript's.
void feed(const SidekickClient* client) {
  for (std::uint64_t revision = 2; revision < CHANGES; ++revision) {
    const std::string bytes = "id: e:" + std::to_string(revision) + "\n" + upsert(revision);
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
    if (sidekick_handle_bytes(client, revision, begin, bytes.size()) != SIDEKICK_ERROR_NONE) {
      throw std::runtime_error("the client refuses its stream");
    }
    SidekickOutput output;
    do {
      sidekick_poll_output(client, &output);
      sidekick_bytes_free(&output.text);
    } while (output.kind != SIDEKICK_OUTPUT_KIND_NONE);
    std::this_thread::yield();
  }
}

void put(jsi::Runtime& runtime, const char* name, jsi::HostFunctionType function) {
  const jsi::PropNameID id = jsi::PropNameID::forAscii(runtime, name);
  runtime.global().setProperty(runtime, id, jsi::Function::createFromHostFunction(runtime, id, 0, std::move(function)));
}

/// Asked, on, wrong.
using Counts = std::array<double, 3>;

/// From a runtime's beginning to its end.
Counts live() {
  const std::unique_ptr<jsi::Runtime> runtime = jsc::makeJSCRuntime();
  installTurboModules(*runtime);
  std::future<void> fed;
  runtime->global().setProperty(*runtime, "stream", jsi::String::createFromUtf8(*runtime, replay()));
  put(*runtime, "isReady", [&fed](jsi::Runtime&, const jsi::Value&, const jsi::Value*, std::size_t) {
    fed = std::async(std::launch::async, feed, made);
    return jsi::Value::undefined();
  });
  put(*runtime, "goesOn", [&fed](jsi::Runtime&, const jsi::Value&, const jsi::Value*, std::size_t) -> jsi::Value {
    return fed.wait_for(std::chrono::seconds(0)) != std::future_status::ready;
  });
  const auto program = std::make_shared<jsi::StringBuffer>(PROGRAM);
  const jsi::Array told = runtime->evaluateJavaScript(program, "threads.js").asObject(*runtime).asArray(*runtime);
  fed.get();
  Counts counts;
  for (std::size_t index = 0; index < counts.size(); ++index) counts[index] = told.getValueAtIndex(*runtime, index).asNumber();
  return counts;
}

Counts app() {
  Counts sum{};
  for (int reload = 0; reload < RELOADS; ++reload) {
    const Counts counts = live();
    for (std::size_t index = 0; index < sum.size(); ++index) sum[index] += counts[index];
  }
  return sum;
}

}  // namespace

extern "C" {

SidekickClient* __real_sidekick_client_create(uint64_t seed);

SidekickClient* __wrap_sidekick_client_create(uint64_t seed) {
  made = __real_sidekick_client_create(seed);
  return made;
}

}  // extern "C"

int main() try {
  std::vector<std::future<Counts>> apps;
  for (int number = 0; number < APPS; ++number) apps.push_back(std::async(std::launch::async, app));
  for (std::future<Counts>& running : apps) {
    const auto [asked, on, wrong] = running.get();
    std::cout << asked << " questions beside " << RELOADS * CHANGES << " changes: " << on << " on, " << wrong << " wrong" << std::endl;
    // Most find a flag that stays.
    if (wrong != 0 || on < asked / 2 || asked < CHANGES) throw std::runtime_error("the answers are not what they should be");
  }
  return 0;
} catch (const std::exception& error) {
  std::cout << "FAILED   " << error.what() << std::endl;
  return 1;
}
