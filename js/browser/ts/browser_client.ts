// The client in a page: what becomes of the page, its tabs and its storage.

import type { Engine } from '../../shared/src/engine.js';
import { SidekickError } from '../../shared/src/errors.js';
import type { ClientOptions } from '../../shared/src/options.js';
import type { HeaderList } from '../../shared/src/platform.js';
import type { SnapshotStorage } from '../../shared/src/storage.js';
import { fetchTransport, type Transport } from '../../shared/src/transport.js';
import { WasmClient } from './client.js';
import { digest } from './digest.js';
import { localStore } from './local_storage.js';
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

const AWAY = ['pagehide', 'freeze'];
const LOST = 'offline';
const BACK = ['online', 'pageshow', 'resume', 'visibilitychange'];

/** What the entries of the package have in common. */
export abstract class BrowserClient extends WasmClient {
  readonly #sdkKey: string;
  readonly #options: BrowserClientOptions;
  readonly #name: string;
  readonly #life = new AbortController();
  #eventSource: typeof import('./event_source.js') | undefined;
  #leave: (() => void) | undefined;
  /** A page is not told whether the network failed or the server does not let it read. */
  protected override readonly suspicion = `; is ${globalThis.location?.origin} in the server's ALLOWED_ORIGINS?`;

  protected constructor(serverUrl: string, sdkKey: string, options: BrowserClientOptions, wasm: WasmSource) {
    const name = `sidekick-1-${digest(`${serverUrl} ${options.streamUrl} ${sdkKey}`)}`;
    super(serverUrl, sdkKey, { ...options, storage: options.storage === 'local' ? localStore(name) : options.storage }, wasm);
    this.#sdkKey = sdkKey;
    this.#options = options;
    this.#name = name;
  }

  override close(): Promise<void> {
    this.#life.abort();
    this.#leave?.();
    return super.close();
  }

  protected override async open(): Promise<Engine> {
    if (this.#options.transport === 'eventsource') this.#eventSource ??= await import('./event_source.js');
    return super.open();
  }

  protected override transport(address: string, headers: () => HeaderList, engine: Engine): Transport {
    const { headers: more, shareStream: isShared } = this.#options;
    const own = this.#eventSource?.eventSourceTransport(address, this.#sdkKey, more, SidekickError) ?? fetchTransport(address, headers);
    this.#followPage();
    if (isShared === false || !globalThis.navigator?.locks || !globalThis.BroadcastChannel) return own;
    const { transport, leave } = shareStream(this.#name + digest(JSON.stringify(more ?? {})), own, engine, () => this.driver!);
    this.#leave = leave;
    return transport;
  }

  #followPage(): void {
    const follow = ({ type }: Event): void => {
      if (AWAY.includes(type)) this.#leave?.();
      if (AWAY.includes(type) || type === LOST) this.driver?.drop();
      else if (type !== 'visibilitychange' || !document.hidden) this.driver?.hurry();
    };
    // Those of the document pass here on their way to it.
    const options = { capture: true, signal: this.#life.signal };
    for (const type of [...AWAY, LOST, ...BACK]) globalThis.addEventListener?.(type, follow, options);
  }
}
