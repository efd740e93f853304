// What a caller may choose about a client, and the words for what cannot be used of it.

import { SidekickError } from './errors.js';
import type { SnapshotStorage } from './storage.js';

/** `console` is one, and so are the loggers of pino and winston. */
export interface Logger {
  warn(message: string): void;
}

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

/** What each request is sent with. */
export type RequestHeaders = Readonly<Record<string, string>>;

/** The headers as they are given. */
export function allHeaders(sdkKey: string, headers: ClientOptions['headers']): RequestHeaders {
  return { Accept: 'text/event-stream', ...(sdkKey && { Authorization: `Bearer ${sdkKey}` }), ...headers };
}

/** Not with the value: it may be a key in the wrong place, or hold a password. */
export function invalidUrl(streamUrl: string | undefined): SidekickError {
  return new SidekickError(
    'INVALID_URL',
    `${streamUrl ? 'streamUrl' : 'serverUrl'} is no http(s) address like https://flags.example.com, without a user name`,
  );
}

/** Not with the platform's words, which quote the value: it may be a key. */
export function invalidHeader(): SidekickError {
  return new SidekickError('INVALID_HEADER', 'sdkKey or a header cannot be sent; use printable ASCII');
}
