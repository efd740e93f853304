// Stands in for the same, by the name that it had in React Native 0.76.

#pragma once

#include <ReactCommon/JavaTurboModule.h>

namespace facebook::react {

inline std::shared_ptr<TurboModule> rncore_ModuleProvider(const std::string&, const JavaTurboModule::InitParams&) {
  return nullptr;
}

}  // namespace facebook::react
