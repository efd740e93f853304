// The arguments of a host function. What cannot be used is thrown as an error of JavaScript's that says what is right.

#pragma once

#include <jsi/jsi.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "texts.h"

namespace sidekick {

class Arguments {
 public:
  Arguments(
      facebook::jsi::Runtime& runtime, const char* function, const facebook::jsi::Value* values, std::size_t count)
      : runtime_(runtime), function_(function), values_(values), count_(count) {}

  /// The argument at a place, from 0; undefined where there are fewer.
  const facebook::jsi::Value& at(std::size_t index) const;

  /// A whole number from 0 to `most`, which is at most 2^53 - 1; what stands behind its point is cut off.
  std::uint64_t number(std::size_t index, const char* name, std::uint64_t most) const;

  /// A time: milliseconds of a clock that never goes back.
  std::uint64_t time(std::size_t index) const;

  std::string text(std::size_t index, const char* name, StringAccess access) const;

  /// The bytes of a `Uint8Array`, valid until JavaScript runs again.
  struct Bytes {
    const std::uint8_t* pointer;
    std::size_t length;
  };
  Bytes bytes(std::size_t index, const char* name) const;

  /// An `ArrayBuffer` of at least so many bytes, for good.
  facebook::jsi::ArrayBuffer memory(std::size_t index, const char* name, std::size_t least) const;

  /// Whether it is true; anything else is false.
  bool flag(std::size_t index) const;

 private:
  [[noreturn]] void refuse(std::size_t index, const char* name, const char* right) const;

  facebook::jsi::Runtime& runtime_;
  const char* const function_;
  const facebook::jsi::Value* const values_;
  const std::size_t count_;
};

}  // namespace sidekick
