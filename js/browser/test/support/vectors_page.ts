// A page's part of the vectors: it holds a file of them against the module and the client that ship.

import { SidekickBrowserClient } from '@sidekick-flags/browser';
import { checkFile, type VectorFile } from '../../../shared/test/support/vectors.js';
import { bindingOf } from './binding.js';

/** As many closed clients as may be around before they are swept up. */
const MOST_LEFT = 30;

/** How many cases hold; rejects with the first that does not. */
export async function check(name: string): Promise<number> {
  const module = await WebAssembly.compileStreaming(fetch('/sdk/sidekick.wasm'));
  const file = (await (await fetch(`/vectors/${name}.json`)).json()) as VectorFile;
  const binding = bindingOf(module, SidekickBrowserClient);
  let made = 0;
  await checkFile(name, file, {
    ...binding,
    clientWith: async (flags) => {
      made += 1;
      if (made % MOST_LEFT === 0) await sweep();
      return await binding.clientWith(flags);
    },
  });
  return file.cases.length;
}

/** Gives the browser the time to end what closed clients had begun, then frees their memory. */
async function sweep(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  gc?.();
}
