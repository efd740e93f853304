// The client in a page: what becomes of the page, its tabs and its storage.

import { hurry } from '../../shared/src/driver.js';
import type { Engine } from '../../shared/src/engine.js';
import { SidekickError } from '../../shared/src/errors.js';
import type { ClientOptions, RequestHeaders } from '../../shared/src/options.js';
import type { SnapshotStorage } from '../../shared/src/storage.js';
import type { Transport } from '../../shared/src/transport.js';
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

/** What ends a page's connections, so many, and what may give them back. */
const AWAY = 3;
const EVENTS = ['offline', 'pagehide', 'freeze', 'online', 'pageshow', 'resume', 'visibilitychange'];

/** What the entries of the package have in common. */
export abstract class BrowserClient extends WasmClient<BrowserClientOptions & WasmOptions> {
  protected override async route(transport: Transport, address: string, headers: RequestHeaders, engine: Engine): Promise<Transport> {
    const { options } = this;
    const { signal } = this.life;
    let open = transport;
    if (options.transport === 'eventsource') {
      open = (await import('./event_source.js')).default(address, this.sdkKey, options.headers, SidekickError);
    }
    // A page is not told whether the network failed or the server does not let it read.
    this.suspicion = `; is ${location.origin} in the server's ALLOWED_ORIGINS?`;
    /** Lets the tabs' stream go. */
    let leave: (() => void) | undefined;
    if (options.shareStream !== false && navigator.locks) {
      [open, leave] = shareStream(`sidekick2${address}${JSON.stringify(headers)}`, open, engine, (input) => this.driver!.act(input));
      signal.onabort = leave;
    }
    const follow = ({ type }: Event): void => {
      if (EVENTS.indexOf(type) < AWAY) {
        leave?.();
        this.driver?.drop();
      } else if (!self.document?.hidden) {
        this.driver?.act(hurry);
      }
    };
    // Those of the document pass here on their way to it.
    for (const type of EVENTS) addEventListener(type, follow, { capture: true, signal });
    return open;
  }
}
