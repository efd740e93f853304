// The subpath for Node, Deno and edge workers: no DOM is assumed, and the module is given.

import { deepReasonOf } from '../../shared/src/deep_reason.js';
import { WasmClient, type WasmOptions } from './client.js';

export type { WasmOptions } from './client.js';
export * from './exports.js';

/** Holds all flags in memory and keeps them current. Make one for the process or worker and share it. */
export class SidekickBrowserClient extends WasmClient {
  /** Never throws: what is wrong with the arguments, `init()` says. */
  constructor(serverUrl: string, sdkKey: string, options: WasmOptions) {
    super(serverUrl, sdkKey, options);
  }

  protected override reasonOf(cause: unknown): string {
    return deepReasonOf(cause);
  }
}
