// Texts that JavaScript wrote into memory that both see, for engines that only give copies of their strings: to copy one takes
// such an engine longer than JavaScript takes to write its characters down.
//
// The memory begins with the lengths of the texts, as 32-bit integers; below 0 stands for a text that is not given. After them
// the texts lie in places of one size, in ASCII: first the user key, then the attributes in the order of the flag's names.

#pragma once

#include <jsi/jsi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "sidekick.h"

namespace sidekick {

class Written {
 public:
  /// The user key, and so many attributes.
  static constexpr std::size_t PLACES = 17;
  /// Bytes of a text.
  static constexpr std::size_t ROOM = 64;
  static constexpr std::size_t SIZE = PLACES * (sizeof(std::int32_t) + ROOM);

  /// Of at least SIZE bytes, which stay where they are: to ask the engine each time would cost a quarter of a question.
  Written(facebook::jsi::Runtime& runtime, facebook::jsi::ArrayBuffer memory)
      : memory_(std::move(memory)), bytes_(memory_.data(runtime)) {}

  using Texts = std::array<SidekickText, PLACES>;

  /// The first `count` texts, at most PLACES, valid until JavaScript runs again.
  void read(std::size_t count, Texts& texts) const;

 private:
  /// Keeps the bytes.
  const facebook::jsi::ArrayBuffer memory_;
  const std::uint8_t* const bytes_;
};

}  // namespace sidekick
