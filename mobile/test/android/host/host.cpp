// What React Native keeps of an app's entry.

#include <DefaultComponentsRegistry.h>
#include <DefaultTurboModuleManagerDelegate.h>

namespace facebook::react {

decltype(DefaultComponentsRegistry::registerComponentDescriptorsFromEntryPoint)
    DefaultComponentsRegistry::registerComponentDescriptorsFromEntryPoint;
decltype(DefaultTurboModuleManagerDelegate::cxxModuleProvider) DefaultTurboModuleManagerDelegate::cxxModuleProvider;
decltype(DefaultTurboModuleManagerDelegate::javaModuleProvider) DefaultTurboModuleManagerDelegate::javaModuleProvider;

}  // namespace facebook::react
