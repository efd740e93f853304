// @sidekick-flags/browser: our SDK, fed by a stream on this machine.
import { connect } from '#surroundings';

export const call = 'client.isEnabled(key, userKey, attributes)';

export async function open(flags, flagKey) {
  const { client, close } = await connect(flags);
  return {
    subject: (user) => user,
    isEnabled: (user) => client.isEnabled(flagKey, user.key, user.attributes),
    close,
  };
}
