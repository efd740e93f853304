// Registers the TurboModule `Sidekick` before the app's JavaScript runs.

#import <Foundation/Foundation.h>
#import <ReactCommon/CxxTurboModuleUtils.h>

#include <memory>
#include <string>

#include "SidekickModule.h"

@interface SidekickOnLoad : NSObject
@end

@implementation SidekickOnLoad

+ (void)load {
  using namespace facebook::react;
  registerCxxModuleToGlobalModuleMap(
      std::string(SidekickModule::kModuleName),
      [](std::shared_ptr<CallInvoker> invoker) { return std::make_shared<SidekickModule>(invoker); });
}

@end
