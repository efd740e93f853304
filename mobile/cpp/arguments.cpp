// Checking what JavaScript hands over.

#include "arguments.h"

#include <cmath>

namespace sidekick {

using namespace facebook;

namespace {

constexpr std::uint64_t MOST_TIME = (std::uint64_t{1} << 53) - 1;
/// Of the text of a value that is shown in an error.
constexpr std::size_t MOST_SHOWN = 60;

std::string shown(jsi::Runtime& runtime, const jsi::Value& value) {
  // The text of an object would be asked of JavaScript, and that of a symbol cannot be had everywhere.
  if (value.isObject()) return "an object";
  if (value.isSymbol()) return "a symbol";
  const std::string text = value.toString(runtime).utf8(runtime);
  if (!value.isString()) return "`" + text + "`";
  return text.size() > MOST_SHOWN ? "a text of " + std::to_string(text.size()) + " bytes" : "the text `" + text + "`";
}

bool isTrue(const jsi::Value& value) {
  return value.isBool() && value.getBool();
}

}  // namespace

const jsi::Value& Arguments::at(std::size_t index) const {
  static const jsi::Value undefined;
  return index < count_ ? values_[index] : undefined;
}

std::uint64_t Arguments::number(std::size_t index, const char* name, std::uint64_t most) const {
  const jsi::Value& value = at(index);
  const double number = value.isNumber() ? value.getNumber() : -1.0;
  // Written so that NaN is refused, too.
  if (!(number >= 0.0 && number <= static_cast<double>(most))) {
    const std::string right = "a number from 0 to " + std::to_string(most);
    refuse(index, name, right.c_str());
  }
  return static_cast<std::uint64_t>(number);
}

std::uint64_t Arguments::time(std::size_t index) const {
  return number(index, "now", MOST_TIME);
}

std::string Arguments::text(std::size_t index, const char* name, StringAccess access) const {
  const jsi::Value& value = at(index);
  if (!value.isString()) refuse(index, name, "a string");
  return textOf(runtime_, access, value.getString(runtime_));
}

Arguments::Bytes Arguments::bytes(std::size_t index, const char* name) const {
  const char* const right = "a Uint8Array or a string";
  const jsi::Value& value = at(index);
  if (!value.isObject()) refuse(index, name, right);
  const jsi::Object view = value.getObject(runtime_);
  const jsi::Value offset = view.getProperty(runtime_, "byteOffset");
  const jsi::Value length = view.getProperty(runtime_, "byteLength");
  const jsi::Value buffer = view.getProperty(runtime_, "buffer");
  if (!offset.isNumber() || !length.isNumber() || !buffer.isObject()) refuse(index, name, right);
  const jsi::Object object = buffer.getObject(runtime_);
  if (!object.isArrayBuffer(runtime_)) refuse(index, name, right);
  const jsi::ArrayBuffer memory = object.getArrayBuffer(runtime_);
  const auto size = static_cast<double>(memory.size(runtime_));
  const double begin = offset.getNumber();
  // Whatever an object says of itself, nothing outside of its buffer is read.
  if (!(begin >= 0.0 && length.getNumber() >= 0.0 && begin + length.getNumber() <= size)) refuse(index, name, right);
  const auto count = static_cast<std::size_t>(length.getNumber());
  if (count == 0) return {nullptr, 0};
  return {memory.data(runtime_) + static_cast<std::size_t>(begin), count};
}

jsi::ArrayBuffer Arguments::memory(std::size_t index, const char* name, std::size_t least) const {
  const std::string right = "an ArrayBuffer of at least " + std::to_string(least) + " bytes, whose length is fixed";
  if (!at(index).isObject()) refuse(index, name, right.c_str());
  const jsi::Object object = at(index).getObject(runtime_);
  if (!object.isArrayBuffer(runtime_) || isTrue(object.getProperty(runtime_, "resizable"))) refuse(index, name, right.c_str());
  jsi::ArrayBuffer memory = object.getArrayBuffer(runtime_);
  if (memory.size(runtime_) < least) refuse(index, name, right.c_str());
  return memory;
}

bool Arguments::flag(std::size_t index) const {
  return isTrue(at(index));
}

void Arguments::refuse(std::size_t index, const char* name, const char* right) const {
  throw jsi::JSError(
      runtime_,
      std::string("sidekick: ") + function_ + ": `" + name + "` is " + shown(runtime_, at(index)) + "; it must be " + right);
}

}  // namespace sidekick
