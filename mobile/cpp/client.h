// A client of the C library that belongs to JavaScript: it ends when JavaScript says so, or with the last function that
// uses it, be it swept up as garbage or with its runtime.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sidekick.h"
#include "texts.h"
#include "written.h"

namespace sidekick {

class Client {
 public:
  Client(std::uint64_t seed, StringAccess access) : strings(access), native_(sidekick_client_create(seed), sidekick_client_free) {}

  /// How this client's runtime gives its strings.
  const StringAccess strings;

  /// Where JavaScript writes the texts of questions, if it does.
  std::optional<Written> written{};

  /// The C library's client; null once it was freed. It stays valid while the pointer that is given here is kept: a getter
  /// that frees the client in the midst of a question must not take its memory away.
  std::shared_ptr<const SidekickClient> native() const { return native_; }

  /// The same, for as long as no JavaScript runs.
  const SidekickClient* borrowed() const { return native_.get(); }

  /// Ends it, when no question is being answered any more.
  void free() { native_.reset(); }

 private:
  std::shared_ptr<SidekickClient> native_;
};

/// What the C library gave, as a text of ours; it has its bytes back.
std::string taken(SidekickBytes& bytes);

/// The words of the client's last error.
std::string lastError(const SidekickClient* client);

}  // namespace sidekick
