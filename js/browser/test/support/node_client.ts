// The package's client in Node, as a server that renders pages has it.

import { readFile } from 'node:fs/promises';
import { SidekickBrowserClient } from '@sidekick-flags/browser/edge';
import { CLIENT_KEY } from '../../../shared/test/support/server.js';

const module = readFile(new URL('../../dist/sidekick.wasm', import.meta.url)).then((bytes) => WebAssembly.compile(bytes));

/** Runs `act` with a client that has the server's flags, and is closed afterwards. */
export async function withNodeClient(serverUrl: string, act: (client: SidekickBrowserClient) => Promise<void> | void): Promise<void> {
  const client = new SidekickBrowserClient(serverUrl, CLIENT_KEY, { wasm: module });
  try {
    await client.init();
    await act(client);
  } finally {
    await client.close();
  }
}
