// Runs a JavaScript program of tests in React Native's runtime for JavaScriptCore, and destroys the runtime.
//
// runner PROGRAM VECTORS copied|in-place TIMES

#include <jsc/JSCRuntime.h>
#include <jsi/jsi.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "in_place_runtime.h"
#include "living.h"
#include "sidekick_jsi.h"
#include "turbo_modules.h"

using namespace facebook;

namespace {

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!(text << file.rdbuf())) throw std::runtime_error(path + " cannot be read");
  return text.str();
}

void put(jsi::Runtime& runtime, jsi::Object& object, const char* name, jsi::HostFunctionType function) {
  const jsi::PropNameID id = jsi::PropNameID::forAscii(runtime, name);
  object.setProperty(runtime, id, jsi::Function::createFromHostFunction(runtime, id, 1, std::move(function)));
}

/// What the tests need of a host; `failures` gets how many failed.
jsi::Object hostOf(jsi::Runtime& runtime, const std::string& vectors, int& failures) {
  jsi::Object host(runtime);
  put(runtime, host, "vectors", [vectors](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* values, std::size_t) -> jsi::Value {
    return jsi::String::createFromUtf8(rt, read(vectors + "/" + values[0].asString(rt).utf8(rt) + ".json"));
  });
  put(runtime, host, "say", [](jsi::Runtime& rt, const jsi::Value&, const jsi::Value* values, std::size_t) {
    std::cout << values[0].asString(rt).utf8(rt) << std::endl;
    return jsi::Value::undefined();
  });
  put(runtime, host, "end", [&failures](jsi::Runtime&, const jsi::Value&, const jsi::Value* values, std::size_t) {
    failures = static_cast<int>(values[0].asNumber());
    return jsi::Value::undefined();
  });
  put(runtime, host, "living", [](jsi::Runtime& rt, const jsi::Value&, const jsi::Value*, std::size_t) -> jsi::Value {
    jsi::Object counts(rt);
    counts.setProperty(rt, "clients", static_cast<double>(living.clients));
    counts.setProperty(rt, "users", static_cast<double>(living.users));
    counts.setProperty(rt, "texts", static_cast<double>(living.texts));
    return counts;
  });
  put(runtime, host, "installSidekickJSI", [](jsi::Runtime& rt, const jsi::Value&, const jsi::Value*, std::size_t) {
    installSidekickJSI(rt);
    return jsi::Value::undefined();
  });
  put(runtime, host, "nothing", [](jsi::Runtime&, const jsi::Value&, const jsi::Value*, std::size_t) {
    return jsi::Value::undefined();
  });
  put(runtime, host, "nanoseconds", [](jsi::Runtime&, const jsi::Value&, const jsi::Value*, std::size_t) -> jsi::Value {
    return static_cast<double>(std::clock()) * (1e9 / CLOCKS_PER_SEC);
  });
  return host;
}

/// How many tests failed; one where the program did not come to its end.
int run(const std::string& program, const std::string& vectors, bool isInPlace) {
  std::unique_ptr<jsi::Runtime> runtime = jsc::makeJSCRuntime();
  if (isInPlace) runtime = std::make_unique<InPlaceRuntime>(std::move(runtime));
  // By this, JavaScript knows Hermes.
  if (isInPlace) runtime->global().setProperty(*runtime, "HermesInternal", jsi::Object(*runtime));
  int failures = -1;
  installTurboModules(*runtime);
  runtime->global().setProperty(*runtime, "testHost", hostOf(*runtime, vectors, failures));
  // JavaScriptCore does what promises wait for before it returns.
  runtime->evaluateJavaScript(std::make_shared<jsi::StringBuffer>(program), "tests.js");
  if (failures >= 0) return failures;
  std::cout << "FAILED   the program did not come to its end" << std::endl;
  return 1;
}

}  // namespace

int main(int count, char** words) try {
  if (count != 5) throw std::runtime_error("usage: runner PROGRAM VECTORS copied|in-place TIMES");
  const std::string program = read(words[1]);
  int failures = 0;
  for (int times = std::atoi(words[4]); times > 0; --times) {
    failures += run(program, words[2], words[3] == std::string("in-place"));
    if (living.clients == 0 && living.users == 0 && living.texts == 0) continue;
    std::cout << "FAILED   after the runtime, " << living.clients << " clients, " << living.users << " users and " << living.texts
              << " texts are left in native memory" << std::endl;
    return 1;
  }
  std::cout << words[3] << ": " << failures << " failures; nothing is left in native memory" << std::endl;
  return failures == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::cout << "FAILED   " << error.what() << std::endl;
  return 1;
}
