// Our client in a page: the entry for pages, as a bundler takes it, with the page's own server.
import { SidekickBrowserClient } from '../dist/index.js';

export const wasm = await WebAssembly.compileStreaming(fetch('/sidekick.wasm'));

/** A client that has these flags live. */
export async function connect(flags) {
  const answer = await fetch('/flags', { method: 'POST', body: JSON.stringify(flags) });
  const url = location.origin + (await answer.text());
  // Nothing is shared, for each contestant has a browser context of its own.
  const client = new SidekickBrowserClient(url, 'sdk-key', { wasm, shareStream: false });
  await client.init();
  return { client, close: () => client.close() };
}
