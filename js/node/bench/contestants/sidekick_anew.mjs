// @sidekick-flags/node by a bound context that is made for the question: what the first question of a request costs.
import { open as openClient } from './sidekick.mjs';

export const call = 'client.forUser(userKey, attributes).isEnabled(key)';

export async function open(flags, flagKey) {
  const { client, close } = await openClient(flags, flagKey);
  return {
    subject: (user) => user,
    isEnabled: (user) => client.forUser(user.key, user.attributes).isEnabled(flagKey),
    close,
  };
}
