// Our client in Node: the entry for edge workers, with the module compiled before.
import { readFile } from 'node:fs/promises';
import { serve } from '../../node/bench/stream.mjs';
import { SidekickBrowserClient } from '../dist/edge.js';

export const wasm = await WebAssembly.compile(await readFile(new URL('../dist/sidekick.wasm', import.meta.url)));

/** A client that has these flags live. */
export async function connect(flags) {
  const server = await serve(flags);
  const client = new SidekickBrowserClient(server.url, 'sdk-key', { wasm });
  await client.init();
  return {
    client,
    send: server.send,
    close: async () => {
      await client.close();
      server.close();
    },
  };
}
