// Stands in for the place where an app's entry puts what makes its modules.

#pragma once

#include <ReactCommon/JavaTurboModule.h>

#include <functional>
#include <memory>
#include <string>

namespace facebook::react {

struct DefaultTurboModuleManagerDelegate {
  static std::function<std::shared_ptr<TurboModule>(const std::string&, const std::shared_ptr<CallInvoker>&)> cxxModuleProvider;
  static std::function<std::shared_ptr<TurboModule>(const std::string&, const JavaTurboModule::InitParams&)> javaModuleProvider;
};

}  // namespace facebook::react
