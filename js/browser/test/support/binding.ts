// The module and the client that ship, as the vectors ask them; in Node and in a page.

import { snapshotOf } from '../../../shared/test/support/stream.js';
import type { Client } from '../../../shared/test/support/subject.js';
import type { Binding } from '../../../shared/test/support/vectors.js';
import { CREATE, engineOf, type Exports, type WasmEngine } from '../../ts/engine.js';

type ClientClass = new (serverUrl: string, sdkKey: string, options: { bootstrap: string; wasm: WebAssembly.Module; onError: () => void }) => Client;

/** `Client` is that of the entry which is held against the vectors. */
export function bindingOf(module: WebAssembly.Module, Client: ClientClass): Binding {
  const make = (high: number, low: number): WasmEngine => {
    const wasm = new WebAssembly.Instance(module).exports as unknown as Exports;
    // The client takes a seed by chance; the vectors have theirs.
    return engineOf({ ...wasm, [CREATE]: () => wasm[CREATE](high, low) });
  };
  return {
    engine: make,
    saysWhy: false,
    fixed: (engine, flagKey) => (engine as WasmEngine).handleOf(flagKey).fixed,
    clientWith: async (flags) => {
      // Nothing listens on port 1; the client is closed before it could matter.
      const client = new Client('http://127.0.0.1:1', '', { bootstrap: snapshotOf(make(1, 2), flags), wasm: module, onError: () => undefined });
      await client.init();
      await client.close();
      return client;
    },
  };
}
