// Stands in for React Native's own modules in Java.

#pragma once

#include <ReactCommon/JavaTurboModule.h>

namespace facebook::react {

inline std::shared_ptr<TurboModule> FBReactNativeSpec_ModuleProvider(const std::string&, const JavaTurboModule::InitParams&) {
  return nullptr;
}

}  // namespace facebook::react
