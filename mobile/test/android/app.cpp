// An app on Android from its entry on: it makes its modules, and its JavaScript asks for Sidekick's.

#include <DefaultTurboModuleManagerDelegate.h>
#include <ReactCommon/TurboModuleBinding.h>
#include <jsc/JSCRuntime.h>
#include <jsi/jsi.h>

#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace facebook;

extern "C" int JNI_OnLoad(JavaVM* vm, void*);

namespace {

/// It looks modules up as React Native's registry does, in 0.76 by the first of the two.
const char PROGRAM[] = R"(
  const find = (name) => (globalThis.__turboModuleProxy ? __turboModuleProxy(name) : nativeModuleProxy[name]);
  const client = find('Sidekick').createClient(1, 2);
  client.start(0);
  const CONNECT = 2;
  const kinds = [];
  for (let output = client.pollOutput(); output !== undefined; output = client.pollOutput()) kinds.push(output.kind);
  // An exception of C++ that leaves the app's library and is caught in another.
  let said = '';
  try {
    find('Sidekick').createClient(-1, 0);
  } catch (error) {
    said = error.message;
  }
  const isRefused = said.startsWith('sidekick: createClient: `seedHigh` is `-1`');
  [kinds.includes(CONNECT), client.resolve('none') === undefined, find('Other') === null, isRefused].join();
)";

std::shared_ptr<react::TurboModule> module(const std::string& name) {
  return react::DefaultTurboModuleManagerDelegate::cxxModuleProvider(name, nullptr);
}

void installModules(jsi::Runtime& runtime) {
  runtime.global().setProperty(runtime, "RN$Bridgeless", true);
#if __has_include(<ReactCommon/TurboModuleWithJSIBindings.h>)
  react::TurboModuleProviderFunctionTypeWithRuntime provider = [](jsi::Runtime&, const std::string& name) { return module(name); };
#else
  // React Native 0.76.
  react::TurboModuleProviderFunctionType provider = module;
#endif
  react::TurboModuleBinding::install(runtime, std::move(provider));
}

}  // namespace

int main() try {
  JNI_OnLoad(nullptr, nullptr);
  const std::unique_ptr<jsi::Runtime> runtime = jsc::makeJSCRuntime();
  installModules(*runtime);
  const auto program = std::make_shared<jsi::StringBuffer>(PROGRAM);
  const std::string said = runtime->evaluateJavaScript(program, "app.js").toString(*runtime).utf8(*runtime);
  if (said != "true,true,true,true") throw std::runtime_error("the app's JavaScript says " + said);
  std::cout << "ok       the app's JavaScript has the module that autolinking gave it" << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cout << "FAILED   " << error.what() << std::endl;
  return 1;
}
