// A page that has answered nothing yet, from inside.
import { FLAG_KEY } from '../../node/bench/cases.mjs';
import { SidekickBrowserClient } from '../dist/index.js';

/** Milliseconds from the module's bytes to the first answer. */
globalThis.first = async (snapshot, user) => {
  const answer = await fetch('/sidekick.wasm');
  const bytes = await answer.arrayBuffer();
  const start = performance.now();
  const options = { wasm: bytes, bootstrap: snapshot, shareStream: false, onError() {} };
  const client = new SidekickBrowserClient(`${location.origin}/flags/none`, 'sdk-key', options);
  await client.init();
  const isEnabled = client.isEnabled(FLAG_KEY, user.key, user.attributes);
  const milliseconds = performance.now() - start;
  await client.close();
  return { milliseconds, isEnabled };
};
