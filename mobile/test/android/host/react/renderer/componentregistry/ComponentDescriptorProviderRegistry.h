// Stands in for the registry of views, of which this package has none.

#pragma once

namespace facebook::react {

class ComponentDescriptorProviderRegistry {};

}  // namespace facebook::react
