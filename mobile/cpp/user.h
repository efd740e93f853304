// A bound user: key and attributes lie in the C library, read once.

#pragma once

#include <jsi/jsi.h>

#include <cstdint>
#include <memory>
#include <string>

#include "client.h"

namespace sidekick {

class User {
 public:
  /// Reads the key and all attributes, inherited ones too. Where that fails, because a getter threw, every answer that
  /// depends on the user is of the kind ERROR.
  User(
      facebook::jsi::Runtime& runtime,
      std::shared_ptr<Client> client,
      const facebook::jsi::Value& userKey,
      const facebook::jsi::Value& attributes);

  /// The answer for the user, as the C library packs it.
  std::uint32_t evaluate(const std::string& flagKey, bool defaultValue) const;

 private:
  void bind(facebook::jsi::Runtime& runtime, const facebook::jsi::Value& userKey, const facebook::jsi::Value& attributes);

  const std::shared_ptr<Client> client_;
  /// Null where the user could not be read.
  std::shared_ptr<const SidekickUser> native_;
};

}  // namespace sidekick
