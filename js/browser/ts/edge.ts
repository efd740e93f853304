// The subpath for Node, Deno and edge workers: no DOM is assumed, and the module is given.

import { deepReasonOf } from '../../shared/src/deep_reason.js';
import type { ClientOptions } from '../../shared/src/options.js';
import { WasmClient } from './client.js';
import type { WasmSource } from './wasm.js';

export * from './exports.js';

/** All but `wasm` may be left out. */
export interface EdgeClientOptions extends ClientOptions {
  /** The engine's module: compiled, where the platform forbids compiling, or what it is compiled from. */
  readonly wasm: WasmSource;
}

/** Holds all flags in memory and keeps them current. Make one for the process or worker and share it. */
export class SidekickBrowserClient extends WasmClient {
  /** Never throws: what is wrong with the arguments, `init()` says. */
  constructor(serverUrl: string, sdkKey: string, options: EdgeClientOptions) {
    super(serverUrl, sdkKey, options);
  }

  protected override reasonOf(cause: unknown): string {
    return deepReasonOf(cause);
  }
}
