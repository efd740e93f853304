// The client in a page.

import type { ClientOptions } from '../../shared/src/options.js';
import { WasmClient } from './client.js';
import type { WasmSource } from './wasm.js';

/** All may be left out. */
export interface BrowserClientOptions extends ClientOptions {
  /** The engine's module, or where it is; `sidekick.wasm` beside the package's own file by default. */
  readonly wasm?: WasmSource | undefined;
}

/** What the entries of the package have in common. */
export abstract class BrowserClient extends WasmClient {}
