// Texts that JavaScript gave, as UTF-8 that stays where it is until a question is answered.
//
// What is no text in UTF-16, a half of a surrogate pair by itself, becomes U+FFFD, as in every other SDK.

#pragma once

#include <jsi/jsi.h>

#include <array>
#include <cstddef>
#include <forward_list>
#include <string>

#include "sidekick.h"

namespace sidekick {

/// How an engine gives the characters of its strings.
enum class StringAccess {
  /// It shows them in place, as ASCII or UTF-16: one copy is made.
  InPlace,
  /// It only gives a copy of its own, as UTF-8.
  Copied,
};

/// Finds out by reading a string.
StringAccess stringAccessOf(facebook::jsi::Runtime& runtime);

/// The whole of a string.
std::string textOf(facebook::jsi::Runtime& runtime, StringAccess access, const facebook::jsi::String& string);

/// The texts of one question. Short ones lie in it, so that nothing is allocated for them.
class Texts {
 public:
  explicit Texts(StringAccess access) : access_(access) {}
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;

  /// The text by which rules see a value: a string, or the JSON text of a finite number or of a boolean; without a pointer
  /// for everything else. Throws what the engine throws.
  SidekickText of(facebook::jsi::Runtime& runtime, const facebook::jsi::Value& value);

 private:
  SidekickText ofString(facebook::jsi::Runtime& runtime, const facebook::jsi::String& string);
  SidekickText keep(std::string text);
  void append(const char* bytes, std::size_t length);

  const StringAccess access_;
  /// Where the text that is being read begins, if it lies in `near_`.
  std::size_t start_ = 0;
  std::size_t end_ = 0;
  /// The text that is being read, if it has outgrown `near_`.
  std::string* long_ = nullptr;
  std::forward_list<std::string> far_;
  // Left as it is: only what was written to it is read.
  std::array<char, 480> near_;
};

}  // namespace sidekick
