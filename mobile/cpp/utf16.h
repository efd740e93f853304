// UTF-16 in pieces, made UTF-8. A pair may lie in two pieces.

#pragma once

#include <cstddef>

namespace sidekick {

class Utf16Decoder {
 public:
  /// Hands the bytes of each character to `append(bytes, length)`.
  template <typename Append>
  void decode(const char16_t* units, std::size_t length, Append append) {
    for (std::size_t at = 0; at < length; ++at) decodeUnit(units[at], append);
  }

  /// To be called at the end, and where ASCII follows: a first half that nothing completed is no character.
  template <typename Append>
  void end(Append append) {
    if (high_ != 0) put(REPLACEMENT, append);
    high_ = 0;
  }

 private:
  static constexpr char32_t REPLACEMENT = 0xFFFD;

  template <typename Append>
  void decodeUnit(char16_t unit, Append append) {
    const bool isLow = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high_ != 0 && isLow) {
      put(0x10000 + ((static_cast<char32_t>(high_) - 0xD800) << 10) + (static_cast<char32_t>(unit) - 0xDC00), append);
      high_ = 0;
      return;
    }
    end(append);
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high_ = unit;
    } else {
      put(isLow ? REPLACEMENT : unit, append);
    }
  }

  template <typename Append>
  static void put(char32_t character, Append append) {
    const auto tail = [character](int shift) { return static_cast<char>(0x80 | ((character >> shift) & 0x3F)); };
    if (character < 0x80) {
      const char bytes[] = {static_cast<char>(character)};
      append(bytes, sizeof bytes);
    } else if (character < 0x800) {
      const char bytes[] = {static_cast<char>(0xC0 | (character >> 6)), tail(0)};
      append(bytes, sizeof bytes);
    } else if (character < 0x10000) {
      const char bytes[] = {static_cast<char>(0xE0 | (character >> 12)), tail(6), tail(0)};
      append(bytes, sizeof bytes);
    } else {
      const char bytes[] = {static_cast<char>(0xF0 | (character >> 18)), tail(12), tail(6), tail(0)};
      append(bytes, sizeof bytes);
    }
  }

  char16_t high_ = 0;
};

}  // namespace sidekick
