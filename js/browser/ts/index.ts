// The package's main entry: for browsers, with the module fetched from beside this file.

import { BrowserClient, type BrowserClientOptions } from './browser_client.js';

export type { BrowserClientOptions } from './browser_client.js';
export * from './exports.js';

/** Holds all flags in memory and keeps them current. Make one for the page and share it. */
export class SidekickBrowserClient extends BrowserClient {
  /** Never throws: what is wrong with the arguments, `init()` says. */
  constructor(serverUrl: string, sdkKey: string, options?: BrowserClientOptions) {
    super(serverUrl, sdkKey, { ...options, wasm: options?.wasm ?? new URL('./sidekick.wasm', import.meta.url) });
  }
}
