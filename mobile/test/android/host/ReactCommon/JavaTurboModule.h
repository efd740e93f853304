// Stands in for modules in Java. Codegen makes one for this package, too, which nobody asks for.

#pragma once

#include <ReactCommon/TurboModule.h>
#include <fbjni/fbjni.h>

namespace facebook::react {

class JavaTurboModule : public TurboModule {
 public:
  struct InitParams {
    std::string moduleName;
    std::shared_ptr<CallInvoker> jsInvoker;
  };

  explicit JavaTurboModule(const InitParams& params) : TurboModule(params.moduleName, params.jsInvoker) {}

  jsi::Value invokeJavaMethod(
      jsi::Runtime&,
      TurboModuleMethodValueKind,
      const std::string&,
      const std::string&,
      const jsi::Value*,
      size_t,
      jmethodID&) {
    return nullptr;
  }
};

}  // namespace facebook::react
