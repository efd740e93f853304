// A page's part of the vectors: it holds a file of them against the module and the client that ship.

import { SidekickBrowserClient } from '@sidekick-flags/browser';
import { checkFile, type VectorFile } from '../../../shared/test/support/vectors.js';
import { bindingOf } from './binding.js';

/** How many cases hold; rejects with the first that does not. */
export async function check(name: string): Promise<number> {
  const module = await WebAssembly.compileStreaming(fetch('/sdk/sidekick.wasm'));
  const file = (await (await fetch(`/vectors/${name}.json`)).json()) as VectorFile;
  await checkFile(name, file, bindingOf(module, SidekickBrowserClient));
  return file.cases.length;
}
