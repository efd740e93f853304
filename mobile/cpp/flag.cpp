// Asking about a flag: the C library asks back for each text that a rule needs.

#include "flag.h"

#include <optional>
#include <utility>

namespace sidekick {

using namespace facebook;

namespace {

/// How often one question is put. Only getters that change flags can make it more than twice.
constexpr int MOST_ATTEMPTS = 4;

bool isStale(std::uint32_t answer) {
  return SIDEKICK_REASON(answer) == SIDEKICK_REASON_ERROR && SIDEKICK_DETAIL(answer) == SIDEKICK_ERROR_STALE_HANDLE;
}

}  // namespace

std::uint32_t defaultAnswer(SidekickReason reason, bool defaultValue) {
  return static_cast<std::uint32_t>(reason) << 1 | (defaultValue ? 1u : 0u);
}

/// What one question needs, and what it has read so far.
struct Flag::Question {
  jsi::Runtime& runtime;
  const jsi::Value& userKey;
  const jsi::Value& attributes;
  const Names& names;
  Texts texts;
  /// The attributes, once one was asked for.
  std::optional<jsi::Object> object{};
  bool hasFailed = false;

  SidekickText text(std::uint32_t index) {
    // A boolean is nobody's key.
    if (index == SIDEKICK_USER_KEY) return userKey.isBool() ? SidekickText{nullptr, 0} : texts.of(runtime, userKey);
    if (!attributes.isObject() || index >= names.size()) return {nullptr, 0};
    if (!object) object.emplace(attributes.getObject(runtime));
    return texts.of(runtime, object->getProperty(runtime, names[index].id));
  }
};

void Flag::fetch(void* context, std::uint32_t index, SidekickText* text) noexcept {
  Question& question = *static_cast<Question*>(context);
  if (question.hasFailed) return;
  try {
    *text = question.text(index);
  } catch (...) {
    // A getter of the caller's, or a value without a text. No exception may pass through the C library.
    question.hasFailed = true;
  }
}

std::uint32_t Flag::evaluate(
    jsi::Runtime& runtime, const jsi::Value& userKey, const jsi::Value& attributes, bool defaultValue) {
  const std::shared_ptr<const SidekickClient> native = client_->native();
  for (int attempt = 0; native != nullptr && attempt < MOST_ATTEMPTS; ++attempt) {
    if (attempt > 0 && !resolve(runtime, native.get())) {
      return defaultAnswer(SIDEKICK_REASON_FLAG_NOT_FOUND, defaultValue);
    }
    const std::shared_ptr<const Names> names = names_;
    Question question{runtime, userKey, attributes, *names, Texts(client_->strings)};
    const std::uint32_t answer =
        sidekick_evaluate_lazily(native.get(), found_.handle, &Flag::fetch, &question, defaultValue);
    if (question.hasFailed) break;
    if (!isStale(answer)) return answer;
  }
  return defaultAnswer(SIDEKICK_REASON_ERROR, defaultValue);
}

std::int64_t Flag::evaluateWritten(jsi::Runtime& runtime) {
  // No JavaScript runs meanwhile that could free it.
  const SidekickClient* const native = client_->borrowed();
  if (native == nullptr || !client_->written) return -1;
  for (int attempt = 0; attempt < MOST_ATTEMPTS; ++attempt) {
    if (attempt > 0 && !resolve(runtime, native)) return defaultAnswer(SIDEKICK_REASON_FLAG_NOT_FOUND, false);
    const std::size_t count = names_->size();
    if (names_ != known_ || count >= Written::PLACES) return -1;
    Written::Texts texts;
    client_->written->read(1 + count, texts);
    const std::uint32_t answer =
        sidekick_evaluate_handle(native, found_.handle, texts[0].pointer, texts[0].length, &texts[1], count, false);
    if (!isStale(answer)) return answer;
  }
  return -1;
}

bool Flag::resolve(jsi::Runtime& runtime, const SidekickClient* native) {
  SidekickFlag found;
  const auto* key = reinterpret_cast<const std::uint8_t*>(key_.data());
  if (sidekick_resolve(native, key, key_.size(), &found) != SIDEKICK_ERROR_NONE) return false;
  std::vector<std::string> texts;
  for (std::uint32_t index = 0; index < found.attribute_count; ++index) {
    SidekickBytes name{nullptr, 0};
    // It cannot fail: nothing came in between.
    sidekick_attribute_name(native, found.handle, index, &name);
    texts.push_back(taken(name));
  }
  found_ = found;
  // As a rule another flag has changed, and this one is as it was.
  if (names_ != nullptr && texts == this->names()) return true;
  auto names = std::make_shared<Names>();
  for (std::string& text : texts) {
    jsi::PropNameID id = jsi::PropNameID::forUtf8(runtime, text);
    names->push_back({std::move(text), std::move(id)});
  }
  names_ = std::move(names);
  if (known_ == nullptr) known_ = names_;
  return true;
}

std::vector<std::string> Flag::names() const {
  std::vector<std::string> texts;
  if (names_ == nullptr) return texts;
  for (const Name& name : *names_) texts.push_back(name.text);
  return texts;
}

}  // namespace sidekick
