// @sidekick-flags/browser by a bound user that is made for the question: what the first question about a user costs.
import { connect } from '#surroundings';

export const call = 'client.forUser(userKey, attributes).isEnabled(key)';

export async function open(flags, flagKey) {
  const { client, close } = await connect(flags);
  return {
    subject: (user) => user,
    isEnabled: (user) => client.forUser(user.key, user.attributes).isEnabled(flagKey),
    close,
  };
}
