// The TurboModule `Sidekick`, by which an app's JavaScript makes clients.
//
// React Native's autolinking on Android includes this file by the name of the class, and looks for the class in React Native's
// own namespace: hence both names.

#pragma once

#include <SidekickSpecJSI.h>

#include <memory>

namespace facebook::react {

class SidekickModule : public NativeSidekickCxxSpec<SidekickModule> {
 public:
  explicit SidekickModule(std::shared_ptr<CallInvoker> invoker);

  /// A new client, as `client_functions.h` describes it.
  jsi::Object createClient(jsi::Runtime& runtime, double seedHigh, double seedLow);
};

}  // namespace facebook::react
