// Making a client, and its host functions: arguments in, the C library's function, its result out.

#include "client_functions.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arguments.h"
#include "client.h"
#include "flag.h"
#include "sidekick.h"
#include "texts.h"
#include "user.h"

namespace sidekick {

using namespace facebook;

namespace {

const std::uint8_t* bytesOf(const std::string& text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

/// One call of a function of a client that was not freed.
struct Call {
  jsi::Runtime& runtime;
  const std::shared_ptr<Client>& client;
  const std::shared_ptr<const SidekickClient> native;
  const Arguments arguments;

  const SidekickClient* get() const { return native.get(); }
  std::string text(std::size_t index, const char* name) const { return arguments.text(index, name, client->strings); }

  void check(SidekickError error) const {
    if (error != SIDEKICK_ERROR_NONE) throw jsi::JSError(runtime, "sidekick: " + lastError(get()));
  }

  void event(SidekickEvent event, std::uint64_t now) const { check(sidekick_handle_event(get(), event, now)); }

  SidekickState state() const {
    SidekickState state;
    check(sidekick_state(get(), &state));
    return state;
  }

  jsi::Value text(SidekickBytes& bytes) const {
    return jsi::String::createFromUtf8(runtime, taken(bytes));
  }

  jsi::Value exported(SidekickExport what) const {
    SidekickBytes bytes{nullptr, 0};
    check(sidekick_export(get(), what, &bytes));
    return bytes.pointer == nullptr ? jsi::Value::undefined() : text(bytes);
  }
};

/// Where functions are put.
struct Functions {
  jsi::Runtime& runtime;
  jsi::Object& object;
  const std::shared_ptr<Client>& client;

  void put(const char* name, unsigned int count, jsi::HostFunctionType function) const {
    jsi::PropNameID id = jsi::PropNameID::forAscii(runtime, name);
    object.setProperty(runtime, id, jsi::Function::createFromHostFunction(runtime, id, count, std::move(function)));
  }

  /// One that needs a client that was not freed.
  template <typename Act>
  void call(const char* name, unsigned int count, Act act) const {
    put(name, count, [client = client, name, act](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* values, std::size_t given) {
      std::shared_ptr<const SidekickClient> native = client->native();
      if (native == nullptr) {
        throw jsi::JSError(runtime, std::string("sidekick: ") + name + ": the client was freed; make another one");
      }
      return act(Call{runtime, client, std::move(native), Arguments(runtime, name, values, given)});
    });
  }

  void event(const char* name, SidekickEvent event) const {
    call(name, 1, [event](const Call& call) {
      call.event(event, call.arguments.time(0));
      return jsi::Value::undefined();
    });
  }
};

jsi::Value handleConnected(const Call& call) {
  const std::uint64_t now = call.arguments.time(0);
  const auto status = static_cast<std::uint16_t>(call.arguments.number(1, "status", UINT16_MAX));
  const std::string type = call.text(2, "contentType");
  const std::string retry = call.text(3, "retryAfter");
  // An empty header is none.
  const auto* typeBytes = type.empty() ? nullptr : bytesOf(type);
  const auto* retryBytes = retry.empty() ? nullptr : bytesOf(retry);
  call.check(sidekick_handle_connected(call.get(), now, status, typeBytes, type.size(), retryBytes, retry.size()));
  return jsi::Value::undefined();
}

jsi::Value handleBytes(const Call& call) {
  const std::uint64_t now = call.arguments.time(0);
  if (call.arguments.at(1).isString()) {
    const std::string text = call.text(1, "bytes");
    call.check(sidekick_handle_bytes(call.get(), now, bytesOf(text), text.size()));
  } else {
    const Arguments::Bytes bytes = call.arguments.bytes(1, "bytes");
    call.check(sidekick_handle_bytes(call.get(), now, bytes.pointer, bytes.length));
  }
  return jsi::Value::undefined();
}

jsi::Value pollOutput(const Call& call) {
  SidekickOutput output;
  call.check(sidekick_poll_output(call.get(), &output));
  if (output.kind == SIDEKICK_OUTPUT_KIND_NONE) return jsi::Value::undefined();
  jsi::Object told(call.runtime);
  told.setProperty(call.runtime, "kind", static_cast<double>(output.kind));
  told.setProperty(call.runtime, "text", call.text(output.text));
  told.setProperty(call.runtime, "number", static_cast<double>(output.number));
  return told;
}

jsi::Value importSnapshot(const Call& call) {
  const std::string snapshot = call.text(0, "snapshot");
  bool isTaken = false;
  call.check(sidekick_import_snapshot(call.get(), bytesOf(snapshot), snapshot.size(), &isTaken));
  return isTaken;
}

jsi::Value shareMemory(const Call& call) {
  call.client->written.emplace(call.runtime, call.arguments.memory(0, "memory", Written::SIZE));
  return jsi::Value::undefined();
}

jsi::Value resolve(const Call& call) {
  jsi::Runtime& runtime = call.runtime;
  const auto flag = std::make_shared<Flag>(call.client, call.text(0, "flagKey"));
  if (!flag->resolve(runtime, call.get())) return jsi::Value::undefined();
  jsi::Object found(runtime);
  found.setProperty(runtime, "fixed", flag->found().fixed);
  found.setProperty(runtime, "revision", static_cast<double>(flag->found().revision));
  const std::vector<std::string> names = flag->names();
  jsi::Array attributes(runtime, names.size());
  for (std::size_t index = 0; index < names.size(); ++index) {
    attributes.setValueAtIndex(runtime, index, jsi::String::createFromUtf8(runtime, names[index]));
  }
  found.setProperty(runtime, "attributes", attributes);
  jsi::PropNameID name = jsi::PropNameID::forAscii(runtime, "evaluate");
  auto evaluate = [flag](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* values, std::size_t count) -> jsi::Value {
    const Arguments arguments(runtime, "evaluate", values, count);
    return static_cast<double>(flag->evaluate(runtime, arguments.at(0), arguments.at(1), arguments.flag(2)));
  };
  found.setProperty(runtime, name, jsi::Function::createFromHostFunction(runtime, name, 3, std::move(evaluate)));
  if (!call.client->written) return found;
  name = jsi::PropNameID::forAscii(runtime, "evaluateWritten");
  auto evaluateWritten = [flag](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value*, std::size_t) -> jsi::Value {
    return static_cast<double>(flag->evaluateWritten(runtime));
  };
  found.setProperty(runtime, name, jsi::Function::createFromHostFunction(runtime, name, 0, std::move(evaluateWritten)));
  return found;
}

jsi::Value bindUser(const Call& call) {
  const auto user = std::make_shared<User>(call.runtime, call.client, call.arguments.at(0), call.arguments.at(1));
  auto ask = [user, client = call.client](jsi::Runtime& runtime, const jsi::Value&, const jsi::Value* values, std::size_t count) -> jsi::Value {
    const Arguments arguments(runtime, "ask", values, count);
    const bool defaultValue = arguments.flag(1);
    if (!arguments.at(0).isString()) return static_cast<double>(defaultAnswer(SIDEKICK_REASON_ERROR, defaultValue));
    return static_cast<double>(user->evaluate(arguments.text(0, "flagKey", client->strings), defaultValue));
  };
  jsi::PropNameID name = jsi::PropNameID::forAscii(call.runtime, "ask");
  return jsi::Function::createFromHostFunction(call.runtime, name, 2, std::move(ask));
}

jsi::Object functionsOf(jsi::Runtime& runtime, std::shared_ptr<Client> client) {
  jsi::Object object(runtime);
  const Functions functions{runtime, object, client};
  functions.event("start", SIDEKICK_EVENT_START);
  functions.call("handleConnected", 4, handleConnected);
  functions.call("handleBytes", 2, handleBytes);
  functions.event("handleDisconnected", SIDEKICK_EVENT_DISCONNECTED);
  functions.event("handleTimeout", SIDEKICK_EVENT_TIMEOUT);
  functions.event("retryNow", SIDEKICK_EVENT_RETRY);
  functions.call("close", 0, [](const Call& call) {
    // Nothing follows of it that has a time.
    call.event(SIDEKICK_EVENT_CLOSE, 0);
    return jsi::Value::undefined();
  });
  functions.call("pollOutput", 0, pollOutput);
  functions.call("status", 0, [](const Call& call) { return jsi::Value(static_cast<double>(call.state().status)); });
  functions.call("revision", 0, [](const Call& call) { return jsi::Value(static_cast<double>(call.state().revision)); });
  functions.call("flagsJson", 0, [](const Call& call) { return call.exported(SIDEKICK_EXPORT_FLAGS_JSON); });
  functions.call("exportSnapshot", 0, [](const Call& call) { return call.exported(SIDEKICK_EXPORT_SNAPSHOT); });
  functions.call("importSnapshot", 1, importSnapshot);
  functions.call("shareMemory", 1, shareMemory);
  functions.call("resolve", 1, resolve);
  functions.call("bindUser", 2, bindUser);
  functions.put("free", 0, [client](jsi::Runtime&, const jsi::Value&, const jsi::Value*, std::size_t) {
    client->free();
    return jsi::Value::undefined();
  });
  return object;
}

void checkLibrary(jsi::Runtime& runtime) {
  const std::uint32_t version = sidekick_abi_version();
  if (version == SIDEKICK_ABI_VERSION) return;
  throw jsi::JSError(
      runtime,
      "sidekick: the C library has version " + std::to_string(version) + " of its interface; this was compiled for " +
          std::to_string(SIDEKICK_ABI_VERSION));
}

}  // namespace

jsi::Object createClient(jsi::Runtime& runtime, const jsi::Value* values, std::size_t count) {
  checkLibrary(runtime);
  const Arguments arguments(runtime, "createClient", values, count);
  const std::uint64_t high = arguments.number(0, "seedHigh", UINT32_MAX);
  const std::uint64_t low = arguments.number(1, "seedLow", UINT32_MAX);
  return functionsOf(runtime, std::make_shared<Client>(high << 32 | low, stringAccessOf(runtime)));
}

}  // namespace sidekick
