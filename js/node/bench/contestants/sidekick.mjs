// @sidekick-flags/node: our SDK, fed by a stream on this machine.
import { SidekickClient } from '../../dist/index.mjs';
import { serve } from '../stream.mjs';

export const call = 'client.isEnabled(key, userKey, attributes)';

export async function open(flags, flagKey) {
  const server = await serve(flags);
  const client = new SidekickClient(server.url, 'sdk-key');
  await client.init();
  return {
    client,
    subject: (user) => user,
    isEnabled: (user) => client.isEnabled(flagKey, user.key, user.attributes),
    close: async () => {
      await client.close();
      server.close();
    },
  };
}
