// Stands in for the place where an app's entry puts what registers its views.

#pragma once

#include <react/renderer/componentregistry/ComponentDescriptorProviderRegistry.h>

#include <functional>
#include <memory>

namespace facebook::react {

struct DefaultComponentsRegistry {
  static std::function<void(std::shared_ptr<const ComponentDescriptorProviderRegistry>)>
      registerComponentDescriptorsFromEntryPoint;
};

}  // namespace facebook::react
