// Reading a user whole, and asking for it.

#include "user.h"

#include <deque>
#include <utility>
#include <vector>

#include "flag.h"

namespace sidekick {

using namespace facebook;

User::User(
    jsi::Runtime& runtime, std::shared_ptr<Client> client, const jsi::Value& userKey, const jsi::Value& attributes)
    : client_(std::move(client)) {
  try {
    bind(runtime, userKey, attributes);
  } catch (const jsi::JSIException&) {
    // A getter or a proxy of the caller's.
  }
}

void User::bind(jsi::Runtime& runtime, const jsi::Value& userKey, const jsi::Value& attributes) {
  Texts texts(client_->strings);
  // They stay where they are while others come.
  std::deque<std::string> names;
  std::vector<SidekickAttribute> read;
  if (attributes.isObject()) {
    const jsi::Object object = attributes.getObject(runtime);
    const jsi::Array properties = object.getPropertyNames(runtime);
    const std::size_t count = properties.size(runtime);
    for (std::size_t index = 0; index < count; ++index) {
      const jsi::String property = properties.getValueAtIndex(runtime, index).asString(runtime);
      const SidekickText value = texts.of(runtime, object.getProperty(runtime, property));
      const std::string& name = names.emplace_back(textOf(runtime, client_->strings, property));
      read.push_back({{reinterpret_cast<const std::uint8_t*>(name.data()), name.size()}, value});
    }
  }
  const SidekickText key = userKey.isBool() ? SidekickText{nullptr, 0} : texts.of(runtime, userKey);
  SidekickUser* user = nullptr;
  sidekick_user_create(key.pointer, key.length, read.data(), read.size(), &user);
  native_.reset(user, sidekick_user_free);
}

std::uint32_t User::evaluate(const std::string& flagKey, bool defaultValue) const {
  const std::shared_ptr<const SidekickClient> native = client_->native();
  SidekickFlag flag;
  const auto* key = reinterpret_cast<const std::uint8_t*>(flagKey.data());
  switch (native == nullptr ? SIDEKICK_ERROR_POINTER : sidekick_resolve(native.get(), key, flagKey.size(), &flag)) {
    case SIDEKICK_ERROR_NONE:
      break;
    case SIDEKICK_ERROR_FLAG_NOT_FOUND:
      return defaultAnswer(SIDEKICK_REASON_FLAG_NOT_FOUND, defaultValue);
    default:
      return defaultAnswer(SIDEKICK_REASON_ERROR, defaultValue);
  }
  if (flag.fixed >= 0) return static_cast<std::uint32_t>(flag.fixed);
  return sidekick_evaluate_user(native.get(), flag.handle, native_.get(), defaultValue);
}

}  // namespace sidekick
