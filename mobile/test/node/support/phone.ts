// A phone: one platform's networking and life of the app, below React Native's own JavaScript. Only the engine is that of
// the Node package, which takes bytes alone.

import type { Engine } from '../../../../js/shared/src/engine.js';
import type { ClientOptions, RequestHeaders } from '../../../../js/shared/src/options.js';
import type { Transport } from '../../../../js/shared/src/transport.js';
import type { Subject } from '../../../../js/shared/test/support/subject.js';
import { snapshotOf } from '../../../../js/node/test/support/engine.js';
import { SidekickClient } from '../../../../js/node/ts/client.js';
import type { NativeClient } from '../../../../js/node/ts/native.js';
import type { AppStateLike } from '../../../ts/app_state.js';
import type { NetworkState } from '../../../ts/connectivity.js';
import { openStream, type StreamOptions, suspicionOf } from '../../../ts/stream.js';
import { type Chunk, StreamEngine } from '../../../ts/stream_engine.js';
import { androidNetworking } from './android_networking.js';
import { iosNetworking } from './ios_networking.js';
import { type DeviceEvents, type Platform, reactNative } from './react_native.js';

export type PhoneOptions = ClientOptions & StreamOptions;

export class Phone {
  readonly subject: Subject;
  /** How many requests were sent. */
  sent = 0;
  readonly #runtime: ReturnType<typeof reactNative>;
  readonly #clients: SidekickClient[] = [];

  constructor(platform: Platform) {
    const events = (): DeviceEvents => this.#runtime.events;
    this.#runtime = reactNative(platform, {
      Networking: platform === 'ios' ? iosNetworking(events) : androidNetworking(events),
      AppState: {
        getConstants: () => ({ initialAppState: 'active' }),
        getCurrentAppState: (tell: (state: object) => void) => setImmediate(tell, { app_state: 'active' }),
        addListener: () => undefined,
        removeListeners: () => undefined,
      },
      PlatformConstants: { getConstants: () => ({}) },
    });
    const note = (): unknown => (this.sent += 1);
    globalThis.XMLHttpRequest = class extends this.#runtime.XMLHttpRequest {
      override send(): void {
        note();
        super.send();
      }
    };
    this.subject = {
      make: (url, key, options) => this.client(url, key, options),
      snapshotOf,
      unreachable: platform === 'ios' ? /Could not connect to the server\./ : /Failed to connect to \/127\.0\.0\.1/,
    };
  }

  get appState(): AppStateLike {
    return this.#runtime.AppState;
  }

  client(url: string, key: string, options: PhoneOptions = {}): SidekickClient {
    const client = new PhoneClient(this.#runtime.AppState, url, key, options);
    this.#clients.push(client);
    return client;
  }

  /** Closes what tests that failed have left open, so that the process ends. */
  async end(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  /** The app is somewhere else from now on. */
  move(state: 'active' | 'inactive' | 'background'): void {
    this.#runtime.events.emit('appStateDidChange', { app_state: state });
  }
}

/** A network that the test has in its hand, as `NetInfo` tells of one. */
export class Network {
  readonly #listeners = new Set<(state: NetworkState) => void>();
  #state: NetworkState | null;

  /** As the app starts, nothing may be known yet. */
  constructor(state: NetworkState | null = { isConnected: true, type: 'wifi' }) {
    this.#state = state;
  }

  /** As `State.add` of `@react-native-community/netinfo`: a new listener hears at once of what is known. */
  readonly addEventListener = (listener: (state: NetworkState) => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#state) listener(this.#state);
    return () => this.#listeners.delete(listener);
  };

  get listeners(): number {
    return this.#listeners.size;
  }

  become(state: NetworkState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

class PhoneClient extends SidekickClient {
  readonly #appState: AppStateLike;
  readonly #stream: StreamEngine;

  constructor(appState: AppStateLike, url: string, key: string, options: PhoneOptions) {
    super(url, key, options);
    this.#appState = appState;
    this.#stream = new StreamEngine(takingText(super.open()));
  }

  protected override open(): NativeClient {
    return this.#stream as Engine as NativeClient;
  }

  protected override route(_transport: Transport, address: string, headers: RequestHeaders): Transport {
    this.suspicion = suspicionOf(address);
    return openStream(address, headers, {
      options: this.options as PhoneOptions,
      appState: this.#appState,
      engine: this.#stream,
      driver: () => this.driver,
      life: this.life.signal,
    }) as Transport<never>;
  }
}

/** The addon's functions are methods of its own object. */
export function takingText(engine: Engine): Engine<Chunk> {
  const encoder = new TextEncoder();
  const bytesOf = (chunk: Chunk): Uint8Array => (typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
  return new Proxy(engine, {
    get(_, name: keyof Engine) {
      if (name === 'handleBytes') return (now: number, chunk: Chunk) => engine.handleBytes(now, bytesOf(chunk));
      return (engine[name] as () => unknown).bind(engine);
    },
  }) as Engine<Chunk>;
}
