// What the module gives: a client's host functions themselves, so that no question passes through the module.

#include "SidekickModule.h"

#include <utility>

#include "client_functions.h"

namespace facebook::react {

SidekickModule::SidekickModule(std::shared_ptr<CallInvoker> invoker) : NativeSidekickCxxSpec(std::move(invoker)) {}

jsi::Object SidekickModule::createClient(jsi::Runtime& runtime, double seedHigh, double seedLow) {
  const jsi::Value seed[] = {seedHigh, seedLow};
  return sidekick::createClient(runtime, seed, 2);
}

}  // namespace facebook::react
