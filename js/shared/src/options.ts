// What a caller may choose about a client, and the checks of it.

import { SidekickError } from './errors.js';
import type { Logger } from './log.js';
import { type Address, type HeaderList, platform } from './platform.js';
import type { SnapshotStorage } from './storage.js';

/** All may be left out. */
export interface ClientOptions {
  /** How long `init()` waits for flags, in milliseconds; 5,000 by default. */
  readonly initTimeout?: number | undefined;
  /** A snapshot (from `snapshot()`) to start from, before anything else answers. */
  readonly bootstrap?: string | undefined;
  /** Keeps the last-known flags across restarts. */
  readonly storage?: SnapshotStorage | undefined;
  /** Where to say what nobody listens for; the console by default. */
  readonly logger?: Logger | undefined;
  /** The stream's whole address, where it isn't `<serverUrl>/stream`. */
  readonly streamUrl?: string | undefined;
  /** Further request headers, such as a gateway asks for. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Listens for errors from the start. */
  readonly onError?: ((error: SidekickError) => void) | undefined;
}

const INIT_TIMEOUT = 5_000;
/** A longer timer would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The option in milliseconds; what is no duration counts as not given. */
export function initTimeout(options: ClientOptions): number {
  const { initTimeout } = options;
  const isDuration = typeof initTimeout === 'number' && initTimeout >= 0;
  return isDuration ? Math.min(initTimeout, LONGEST_TIMER) : INIT_TIMEOUT;
}

/** The stream's address. Throws INVALID_URL. */
export function streamAddress(serverUrl: string, options: ClientOptions): string {
  if (options.streamUrl !== undefined) return parse('streamUrl', options.streamUrl).href;
  const address = parse('serverUrl', serverUrl);
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/stream`;
  return address.href;
}

/** Gives a fresh list of the caller's headers for each request. Throws INVALID_HEADER. */
export function requestHeaders(sdkKey: string, options: ClientOptions): () => HeaderList {
  const key = sdkKey ? [['Authorization', `Bearer ${sdkKey}`] as const] : [];
  const headers = [...key, ...Object.entries(options.headers ?? {})];
  const list = (): HeaderList => {
    const list = new platform.Headers();
    for (const [name, value] of headers) {
      try {
        list.set(name, value);
      } catch {
        // Neither the value nor the platform's error, which quotes it: it may be a key.
        const what = name === 'Authorization' ? 'sdkKey' : `options.headers[${JSON.stringify(name)}]`;
        throw new SidekickError('INVALID_HEADER', `${what} cannot be sent in a header; expected are printable ASCII characters`);
      }
    }
    return list;
  };
  list();
  return list;
}

function parse(name: string, text: unknown): Address {
  const expected = 'expected is an address such as https://flags.example.com';
  let address: Address;
  try {
    address = new platform.URL(text as string);
  } catch {
    // A text that looks like no address at all may be a key in the wrong place, which no log should show.
    const shown = typeof text !== 'string' ? String(text) : text.includes('/') ? JSON.stringify(text) : 'no address';
    throw new SidekickError('INVALID_URL', `${name} is ${shown}; ${expected}`);
  }
  if (address.protocol !== 'http:' && address.protocol !== 'https:') {
    throw new SidekickError('INVALID_URL', `${name} begins with ${address.protocol}, which is neither http: nor https:; ${expected}`);
  }
  if (address.username !== '' || address.password !== '') {
    throw new SidekickError('INVALID_URL', `${name} holds a user name or password, which fetch refuses; use sdkKey or options.headers`);
  }
  return address;
}
