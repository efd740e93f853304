// @sidekick-flags/node by its bound context: user and attributes are handed over once, when the context is made, and the
// answers are kept until a flag changes.
import { open as openClient } from './sidekick.mjs';

export const call = 'context.isEnabled(key), context = client.forUser(userKey, attributes)';

export async function open(flags, flagKey) {
  const { client, close } = await openClient(flags, flagKey);
  return {
    subject: (user) => client.forUser(user.key, user.attributes),
    isEnabled: (context) => context.isEnabled(flagKey),
    close,
  };
}
