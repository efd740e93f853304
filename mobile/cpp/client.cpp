// What the C library says, taken over.

#include "client.h"

namespace sidekick {

std::string taken(SidekickBytes& bytes) {
  std::string text(reinterpret_cast<const char*>(bytes.pointer), bytes.length);
  sidekick_bytes_free(&bytes);
  return text;
}

std::string lastError(const SidekickClient* client) {
  std::string message(sidekick_last_error(client, nullptr, 0), '\0');
  sidekick_last_error(client, reinterpret_cast<std::uint8_t*>(message.data()), message.size());
  return message;
}

}  // namespace sidekick
