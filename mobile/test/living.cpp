// The counting.

#include "living.h"

#include "sidekick.h"

Living living{0, 0, 0};

namespace {

void count(const SidekickBytes* bytes) {
  if (bytes->pointer != nullptr) ++living.texts;
}

}  // namespace

extern "C" {

SidekickClient* __real_sidekick_client_create(uint64_t seed);
void __real_sidekick_client_free(SidekickClient* client);
SidekickError __real_sidekick_user_create(
    const uint8_t* key, size_t length, const SidekickAttribute* attributes, size_t count, SidekickUser** user);
void __real_sidekick_user_free(SidekickUser* user);
SidekickError __real_sidekick_poll_output(const SidekickClient* client, SidekickOutput* output);
SidekickError __real_sidekick_export(const SidekickClient* client, uint32_t what, SidekickBytes* bytes);
SidekickError __real_sidekick_attribute_name(
    const SidekickClient* client, uint64_t handle, uint32_t index, SidekickBytes* name);
void __real_sidekick_bytes_free(SidekickBytes* bytes);

SidekickClient* __wrap_sidekick_client_create(uint64_t seed) {
  ++living.clients;
  return __real_sidekick_client_create(seed);
}

void __wrap_sidekick_client_free(SidekickClient* client) {
  if (client != nullptr) --living.clients;
  __real_sidekick_client_free(client);
}

SidekickError __wrap_sidekick_user_create(
    const uint8_t* key, size_t length, const SidekickAttribute* attributes, size_t count, SidekickUser** user) {
  const SidekickError error = __real_sidekick_user_create(key, length, attributes, count, user);
  if (*user != nullptr) ++living.users;
  return error;
}

void __wrap_sidekick_user_free(SidekickUser* user) {
  if (user != nullptr) --living.users;
  __real_sidekick_user_free(user);
}

SidekickError __wrap_sidekick_poll_output(const SidekickClient* client, SidekickOutput* output) {
  const SidekickError error = __real_sidekick_poll_output(client, output);
  count(&output->text);
  return error;
}

SidekickError __wrap_sidekick_export(const SidekickClient* client, uint32_t what, SidekickBytes* bytes) {
  const SidekickError error = __real_sidekick_export(client, what, bytes);
  count(bytes);
  return error;
}

SidekickError __wrap_sidekick_attribute_name(
    const SidekickClient* client, uint64_t handle, uint32_t index, SidekickBytes* name) {
  const SidekickError error = __real_sidekick_attribute_name(client, handle, index, name);
  count(name);
  return error;
}

void __wrap_sidekick_bytes_free(SidekickBytes* bytes) {
  if (bytes->pointer != nullptr) --living.texts;
  __real_sidekick_bytes_free(bytes);
}

}  // extern "C"
