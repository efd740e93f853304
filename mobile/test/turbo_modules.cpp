// What an app's host does for its TurboModules: they are registered by name, made when JavaScript first asks for them, and
// kept until the runtime ends.

#include "turbo_modules.h"

#include <ReactCommon/CallInvoker.h>
#include <ReactCommon/CxxTurboModuleUtils.h>
#include <ReactCommon/TurboModuleBinding.h>

#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "SidekickModule.h"

using namespace facebook;

namespace {

/// By which a module comes back to JavaScript later, or from another thread. Sidekick's never does.
class NoInvoker : public react::CallInvoker {
 public:
  void invokeAsync(react::CallFunc&&) noexcept override { std::terminate(); }
  void invokeSync(react::CallFunc&&) override { throw std::logic_error("nobody is to be called later"); }
};

/// Once for the process, as `ios/OnLoad.mm` does it.
void registerModule() {
  static const bool isDone = [] {
    react::registerCxxModuleToGlobalModuleMap(
        std::string(react::SidekickModule::kModuleName),
        [](std::shared_ptr<react::CallInvoker> invoker) { return std::make_shared<react::SidekickModule>(invoker); });
    return true;
  }();
  static_cast<void>(isDone);
}

}  // namespace

void installTurboModules(jsi::Runtime& runtime) {
  registerModule();
  // It says that React Native runs without a bridge.
  runtime.global().setProperty(runtime, "RN$Bridgeless", true);
  auto provider = [made = std::map<std::string, std::shared_ptr<react::TurboModule>>()](
                      jsi::Runtime&, const std::string& name) mutable -> std::shared_ptr<react::TurboModule> {
    const auto& makers = react::globalExportedCxxTurboModuleMap();
    const auto maker = makers.find(name);
    if (maker == makers.end()) return nullptr;
    std::shared_ptr<react::TurboModule>& module = made[name];
    if (module == nullptr) module = maker->second(std::make_shared<NoInvoker>());
    return module;
  };
  react::TurboModuleBinding::install(runtime, std::move(provider));
}
