// The few things of the host platform that the shared code uses, typed here, for Node and the DOM type them differently.

/** A running timer. */
export type Timer = { readonly __timer: unique symbol };

/** What tells a request to stop. */
export interface AbortSource {
  readonly signal: object;
  abort(): void;
}

/** The part of a fetch answer that a stream is read from. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: {
    getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
    cancel(): Promise<void>;
  } | null;
}

/** Request headers. */
export interface HeaderList {
  set(name: string, value: string): void;
}

/** An address in its parts. */
export interface Address {
  protocol: string;
  username: string;
  password: string;
  pathname: string;
  readonly href: string;
}

interface Platform {
  fetch(address: string, request: object): Promise<FetchAnswer>;
  setTimeout(callback: () => void, delay: number): Timer;
  clearTimeout(timer: Timer | undefined): void;
  readonly performance: { now(): number };
  readonly console: { warn(...words: unknown[]): void };
  readonly AbortController: new () => AbortSource;
  readonly Headers: new () => HeaderList;
  readonly URL: new (text: string) => Address;
}

/** Read at each use, so that a polyfill or a replaced `fetch` counts whenever it comes. */
export const platform = globalThis as unknown as Platform;

/** The monotonic clock that the engine is told of, in milliseconds. */
export function now(): number {
  return platform.performance.now();
}
