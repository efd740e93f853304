// A flag that JavaScript asks about: found once, with the names of the attributes that its rules read.

#pragma once

#include <jsi/jsi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client.h"

namespace sidekick {

/// An answer that holds nothing but a reason: the caller's default.
std::uint32_t defaultAnswer(SidekickReason reason, bool defaultValue);

class Flag {
 public:
  Flag(std::shared_ptr<Client> client, std::string key) : client_(std::move(client)), key_(std::move(key)) {}

  /// Looks the flag up; false where there is none.
  bool resolve(facebook::jsi::Runtime& runtime, const SidekickClient* native);

  /// The answer for a user, as the C library packs it. Attributes are read when a rule asks for them, and no others; what is
  /// no object has none. What could not be read, because a getter threw or the client was freed, is an answer of the kind
  /// ERROR. It throws nothing of JavaScript's. A flag that has changed meanwhile is looked up again.
  std::uint32_t evaluate(
      facebook::jsi::Runtime& runtime,
      const facebook::jsi::Value& userKey,
      const facebook::jsi::Value& attributes,
      bool defaultValue);

  /// The same for a user whose texts JavaScript has written down, and with `false` for a default. Below 0 where they cannot be
  /// used: the flag now reads others than those it was first found with.
  std::int64_t evaluateWritten(facebook::jsi::Runtime& runtime);

  /// What was found last.
  const SidekickFlag& found() const { return found_; }

  /// The names of the attributes, in UTF-8.
  std::vector<std::string> names() const;

 private:
  struct Name {
    std::string text;
    facebook::jsi::PropNameID id;
  };
  using Names = std::vector<Name>;
  struct Question;

  static void fetch(void* context, std::uint32_t index, SidekickText* text) noexcept;

  const std::shared_ptr<Client> client_;
  const std::string key_;
  SidekickFlag found_{};
  /// Replaced as a whole: a getter may have the flag looked up again while a question is being answered.
  std::shared_ptr<const Names> names_;
  /// Those that it was first found with, which JavaScript knows.
  std::shared_ptr<const Names> known_;
};

}  // namespace sidekick
