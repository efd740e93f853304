// @sidekick-flags/browser by its bound user: key and attributes are read once, when it is made, and the answers are kept
// until a flag changes.
import { connect } from '#surroundings';

export const call = 'bound.isEnabled(key), bound = client.forUser(userKey, attributes)';

export async function open(flags, flagKey) {
  const { client, close } = await connect(flags);
  return {
    subject: (user) => client.forUser(user.key, user.attributes),
    isEnabled: (bound) => bound.isEnabled(flagKey),
    close,
  };
}
