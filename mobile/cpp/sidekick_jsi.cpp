// The entry: the object by which JavaScript makes clients.

#include "sidekick_jsi.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "arguments.h"
#include "client.h"
#include "client_functions.h"
#include "sidekick.h"
#include "texts.h"

void installSidekickJSI(facebook::jsi::Runtime& runtime) {
  using namespace facebook;

  const std::uint32_t version = sidekick_abi_version();
  if (version != SIDEKICK_ABI_VERSION) {
    throw jsi::JSINativeException(
        "sidekick: the C library has version " + std::to_string(version) + " of its interface; this was compiled for " +
        std::to_string(SIDEKICK_ABI_VERSION));
  }
  auto create = [access = sidekick::stringAccessOf(runtime)](
                    jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* values, std::size_t count) -> jsi::Value {
    const sidekick::Arguments arguments(runtime, "createClient", values, count);
    const std::uint64_t high = arguments.number(0, "seedHigh", UINT32_MAX);
    const std::uint64_t low = arguments.number(1, "seedLow", UINT32_MAX);
    return sidekick::functionsOf(runtime, std::make_shared<sidekick::Client>(high << 32 | low, access));
  };
  const jsi::PropNameID name = jsi::PropNameID::forAscii(runtime, "createClient");
  jsi::Object object(runtime);
  object.setProperty(runtime, name, jsi::Function::createFromHostFunction(runtime, name, 2, std::move(create)));
  runtime.global().setProperty(runtime, "__sidekickJSI", std::move(object));
}
