// The client in a page: what becomes of the page, its tabs and its storage.

import { hurry } from '../../shared/src/driver.js';
import type { Engine } from '../../shared/src/engine.js';
import { SidekickError } from '../../shared/src/errors.js';
import type { ClientOptions } from '../../shared/src/options.js';
import type { SnapshotStorage } from '../../shared/src/storage.js';
import { fetchTransport, type Transport } from '../../shared/src/transport.js';
import { WasmClient, type WasmOptions } from './client.js';
import { shareStream } from './shared_stream.js';
import type { WasmSource } from './wasm.js';

/** All may be left out. */
export interface BrowserClientOptions extends Omit<ClientOptions, 'storage'> {
  /** Keeps the last-known flags across visits: `local` in the browser's local storage. */
  readonly storage?: SnapshotStorage | 'local' | undefined;
  /** `fetch` by default. `eventsource` is for networks that hold back what `fetch` streams. */
  readonly transport?: 'fetch' | 'eventsource' | undefined;
  /** Whether tabs share one stream; they do by default, where the browser lets them. */
  readonly shareStream?: boolean | undefined;
  /** The engine's module, or where it is; `sidekick.wasm` beside the package's own file by default. */
  readonly wasm?: WasmSource | undefined;
}

/** What ends a page's connections, and what may give them back. */
const AWAY = ['offline', 'pagehide', 'freeze'];
const BACK = ['online', 'pageshow', 'resume', 'visibilitychange'];

/** What the entries of the package have in common. */
export abstract class BrowserClient extends WasmClient<BrowserClientOptions & WasmOptions> {
  readonly #life = new AbortController();
  /** Lets the tabs' stream go. */
  #leave: (() => void) | undefined;
  /** A page is not told whether the network failed or the server does not let it read. On a server there is no page. */
  protected override readonly suspicion = `; is ${globalThis.location?.origin} in the server's ALLOWED_ORIGINS?`;

  override close(): Promise<void> {
    this.#life.abort();
    this.#leave?.();
    return super.close();
  }

  protected override async route(address: string, headers: Readonly<Record<string, string>>, engine: Engine): Promise<Transport> {
    const { transport, shareStream: isShared } = this.options;
    const open =
      transport === 'eventsource'
        ? (await import('./event_source.js')).default(address, this.sdkKey, this.options.headers, SidekickError)
        : fetchTransport(address, headers);
    const follow = ({ type }: Event): void => {
      if (AWAY.includes(type)) {
        this.#leave?.();
        this.driver?.drop();
      } else if (!self.document?.hidden) {
        this.driver?.act(hurry);
      }
    };
    for (const type of [...AWAY, ...BACK]) {
      // Those of the document pass here on their way to it.
      addEventListener(type, follow, { capture: true, signal: this.#life.signal });
    }
    if (isShared === false || !navigator.locks || !self.BroadcastChannel) return open;
    const [shared, leave] = shareStream(`sidekick1${address}${JSON.stringify(headers)}`, open, engine, () => this.driver!);
    this.#leave = leave;
    return shared;
  }
}
