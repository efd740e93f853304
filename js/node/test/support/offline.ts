// The shipped client with flags that it got from no server: evaluation without a network.

import { SidekickClient } from '@sidekick-flags/node';
import { snapshotOf, type WireFlag } from './engine.js';

/** A client that has these flags and is closed: it answers, and nothing runs any more. */
export async function clientWith(flags: readonly (WireFlag | string)[]): Promise<SidekickClient> {
  // Nothing listens on port 1; the client is closed before it could matter.
  const client = new SidekickClient('http://127.0.0.1:1', '', { bootstrap: snapshotOf(flags), onError: () => undefined });
  await client.init();
  await client.close();
  return client;
}
