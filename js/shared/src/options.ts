// What a caller may choose about a client, and the checks of it.

import { SidekickError } from './errors.js';
import type { Logger } from './log.js';
import { type HeaderList, platform } from './platform.js';
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

/** In milliseconds; what is no duration counts as not given. */
export function initTimeout(given: number | undefined): number {
  return given! >= 0 ? Math.min(given!, LONGEST_TIMER) : INIT_TIMEOUT;
}

/** The stream's address. Throws INVALID_URL. */
export function streamAddress(serverUrl: string, streamUrl: string | undefined): string {
  const text = streamUrl ?? serverUrl;
  try {
    const address = new platform.URL(text);
    if (/^https?:/.test(address.protocol) && !address.username && !address.password) {
      if (streamUrl === undefined) address.pathname = `${address.pathname.replace(/\/+$/, '')}/stream`;
      return address.href;
    }
  } catch {
    // The message below says more than the platform's.
  }
  // What looks like no address may be a key in the wrong place, and what has an @ a password: no log should show them.
  const shown = typeof text === 'string' && !/^[^@]*\/[^@]*$/.test(text) ? 'another text' : text;
  throw new SidekickError(
    'INVALID_URL',
    `${streamUrl === undefined ? 'serverUrl' : 'streamUrl'} must be an http(s) address without a user, such as https://flags.example.com; it is ${shown}`,
  );
}

/** Gives a fresh list of the caller's headers for each request. Throws INVALID_HEADER. */
export function requestHeaders(sdkKey: string, headers: ClientOptions['headers']): () => HeaderList {
  const list = (): HeaderList => {
    const list = new platform.Headers();
    const set = (what: string, name: string, value: string): void => {
      try {
        list.set(name, value);
      } catch {
        // Neither the value nor the platform's error, which quotes it: it may be a key.
        throw new SidekickError('INVALID_HEADER', `${what} cannot be sent: only printable ASCII can`);
      }
    };
    if (sdkKey) set('sdkKey', 'Authorization', `Bearer ${sdkKey}`);
    for (const name in headers) set(`the header ${name}`, name, headers[name]!);
    return list;
  };
  list();
  return list;
}
