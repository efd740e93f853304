// Reading strings: in place where the engine allows it, else through the copy that it makes.

#include "texts.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "utf16.h"

namespace sidekick {

using namespace facebook;

namespace {

/// Beyond it, not every integer is a number of JavaScript's.
constexpr double MOST_EXACT = 9007199254740991.0;

SidekickText view(const char* bytes, std::size_t length) {
  return {reinterpret_cast<const std::uint8_t*>(bytes), length};
}

/// Takes a piece of a string: whether it is ASCII, its bytes or units, and how many.
using Piece = void (&)(bool, const void*, std::size_t);

/// JSI of React Native 0.76 has no function that shows a string's characters, and none that gives its length.
template <typename String>
concept Visible = requires(const String& string, jsi::Runtime& runtime, Piece piece) {
  string.getStringData(runtime, piece);
  string.length(runtime);
};

/// Reads a string in place; hands its bytes to `append(bytes, length)`.
template <Visible String, typename Append>
void readInPlace(jsi::Runtime& runtime, const String& string, Append append) {
  Utf16Decoder decoder;
  auto piece = [&](bool isAscii, const void* data, std::size_t length) {
    if (isAscii) {
      decoder.end(append);
      append(static_cast<const char*>(data), length);
    } else {
      decoder.decode(static_cast<const char16_t*>(data), length, append);
    }
  };
  string.getStringData(runtime, piece);
  decoder.end(append);
}

/// How many units of UTF-16 a text in UTF-8 has. Nobody asks where strings are not visible.
[[maybe_unused]] std::size_t unitsOf(const std::string& text) {
  std::size_t units = 0;
  for (const char byte : text) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0) != 0x80) units += bits >= 0xF0 ? 2 : 1;
  }
  return units;
}

/// Nothing is read in place where `stringAccessOf` found that there is no such place.
template <typename String, typename Append>
void readInPlace(jsi::Runtime&, const String&, Append) {}

/// Whether the engine's copy ends too early: JavaScriptCore's does before a half of a pair that stands by itself.
template <typename String>
bool isCut(jsi::Runtime& runtime, const String& string, const std::string& copy) {
  if constexpr (Visible<String>) return unitsOf(copy) != string.length(runtime);
  return false;
}

/// The copy that the engine makes. A string that it cuts is rare, so that JavaScript may mend it.
std::string copyOf(jsi::Runtime& runtime, const jsi::String& string) {
  std::string copy = string.utf8(runtime);
  if (!isCut(runtime, string, copy)) return copy;
  static const char mend[] = "(function (text) { return text.replace(/[\\ud800-\\udfff]/gu, '\\ufffd'); })";
  const auto source = std::make_shared<jsi::StringBuffer>(mend);
  const jsi::Function function = runtime.evaluateJavaScript(source, "sidekick").asObject(runtime).asFunction(runtime);
  return function.call(runtime, string).asString(runtime).utf8(runtime);
}

/// Whether the engine shows the characters of a string that is ASCII. One that does not gives what it made of a copy: UTF-16,
/// whatever they are.
template <typename String>
bool showsAscii(jsi::Runtime& runtime, const String& string) {
  bool isAscii = false;
  if constexpr (Visible<String>) {
    auto piece = [&isAscii](bool ascii, const void*, std::size_t) { isAscii = ascii; };
    string.getStringData(runtime, piece);
  }
  return isAscii;
}

}  // namespace

StringAccess stringAccessOf(jsi::Runtime& runtime) {
  const jsi::String ascii = jsi::String::createFromAscii(runtime, "sidekick");
  return showsAscii(runtime, ascii) ? StringAccess::InPlace : StringAccess::Copied;
}

std::string textOf(jsi::Runtime& runtime, StringAccess access, const jsi::String& string) {
  if (access == StringAccess::Copied) return copyOf(runtime, string);
  std::string text;
  readInPlace(runtime, string, [&text](const char* bytes, std::size_t length) { text.append(bytes, length); });
  return text;
}

SidekickText Texts::of(jsi::Runtime& runtime, const jsi::Value& value) {
  if (value.isString()) return ofString(runtime, value.getString(runtime));
  if (value.isBool()) return value.getBool() ? view("true", 4) : view("false", 5);
  if (value.isBigInt()) return ofString(runtime, value.getBigInt(runtime).toString(runtime));
  if (!value.isNumber()) return {nullptr, 0};
  const double number = value.getNumber();
  if (!std::isfinite(number)) return {nullptr, 0};
  if (std::trunc(number) != number || std::abs(number) > MOST_EXACT) return ofString(runtime, value.toString(runtime));
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, static_cast<std::int64_t>(number));
  return keep(std::string(digits, written.ptr));
}

SidekickText Texts::ofString(jsi::Runtime& runtime, const jsi::String& string) {
  if (access_ == StringAccess::Copied) return keep(copyOf(runtime, string));
  start_ = end_;
  long_ = nullptr;
  readInPlace(runtime, string, [this](const char* bytes, std::size_t length) { append(bytes, length); });
  return long_ == nullptr ? view(near_.data() + start_, end_ - start_) : view(long_->data(), long_->size());
}

SidekickText Texts::keep(std::string text) {
  if (text.size() > near_.size() - end_) {
    const std::string& kept = far_.emplace_front(std::move(text));
    return view(kept.data(), kept.size());
  }
  start_ = end_;
  long_ = nullptr;
  append(text.data(), text.size());
  return view(near_.data() + start_, end_ - start_);
}

void Texts::append(const char* bytes, std::size_t length) {
  if (long_ == nullptr && length > near_.size() - end_) {
    long_ = &far_.emplace_front(near_.data() + start_, end_ - start_);
    end_ = start_;
  }
  if (long_ != nullptr) {
    long_->append(bytes, length);
    return;
  }
  std::char_traits<char>::copy(near_.data() + end_, bytes, length);
  end_ += length;
}

}  // namespace sidekick
