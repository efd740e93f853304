// A JavaScriptCore that shows the characters of its strings as Hermes does: ASCII or UTF-16, in one piece or in several.

#pragma once

#include <jsi/decorator.h>
#include <jsi/jsi.h>

#include <memory>
#include <string>
#include <utility>

class InPlaceRuntime : public facebook::jsi::RuntimeDecorator<facebook::jsi::Runtime, facebook::jsi::Runtime> {
 public:
  explicit InPlaceRuntime(std::unique_ptr<facebook::jsi::Runtime> inner) : RuntimeDecorator(*inner), inner_(std::move(inner)) {}

  using Piece = void (*)(void* context, bool isAscii, const void* data, std::size_t length);

  void getStringData(const facebook::jsi::String& string, void* context, Piece piece) override {
    const std::string copy = plain().utf8(string);
    const bool isAscii = copy.size() == plain().length(string);
    // All of it is ASCII where each unit is one byte.
    if (isAscii) {
      // At least one piece, also of the empty text.
      const std::size_t half = copy.size() / 2;
      piece(context, true, copy.data(), half);
      piece(context, true, copy.data() + half, copy.size() - half);
      return;
    }
    const std::u16string units = unitsOf(string);
    // Amid a pair, if that is what lies there; and ASCII in a piece of its own, if it comes last.
    const std::size_t half = units.size() / 2;
    const bool endsInAscii = units.size() > 1 && units.back() < 0x80;
    const std::size_t end = units.size() - (endsInAscii ? 1 : 0);
    piece(context, false, units.data(), half);
    piece(context, false, units.data() + half, end - half);
    if (!endsInAscii) return;
    const char last = static_cast<char>(units.back());
    piece(context, true, &last, 1);
  }

 private:
  /// JavaScriptCore gives UTF-8 alone, and only of what is well formed: so JavaScript is asked.
  std::u16string unitsOf(const facebook::jsi::String& string) {
    using namespace facebook;
    static const char source[] = "(function (text) { return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)); })";
    const auto buffer = std::make_shared<jsi::StringBuffer>(source);
    const jsi::Function function = plain().evaluateJavaScript(buffer, "units").asObject(plain()).asFunction(plain());
    const jsi::Array codes = function.call(plain(), string).asObject(plain()).asArray(plain());
    std::u16string units;
    const std::size_t count = codes.size(plain());
    for (std::size_t at = 0; at < count; ++at) {
      units += static_cast<char16_t>(codes.getValueAtIndex(plain(), at).asNumber());
    }
    return units;
  }

  std::unique_ptr<facebook::jsi::Runtime> inner_;
};
