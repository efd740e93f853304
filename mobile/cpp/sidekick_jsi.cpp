// The entry for who holds a runtime: the object by which JavaScript makes clients.

#include "sidekick_jsi.h"

#include <cstddef>
#include <utility>

#include "client_functions.h"

void installSidekickJSI(facebook::jsi::Runtime& runtime) {
  using namespace facebook;

  auto create = [](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* values, std::size_t count) -> jsi::Value {
    return sidekick::createClient(runtime, values, count);
  };
  const jsi::PropNameID name = jsi::PropNameID::forAscii(runtime, "createClient");
  jsi::Object object(runtime);
  object.setProperty(runtime, name, jsi::Function::createFromHostFunction(runtime, name, 2, std::move(create)));
  runtime.global().setProperty(runtime, "__sidekickJSI", std::move(object));
}
