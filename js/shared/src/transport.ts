// The way to the server's event stream: `fetch`, read as it comes. It knows bytes and headers, not what they mean.

import { type HeaderList, platform } from './platform.js';

/** Hears of one connection, never before its transport has returned. */
export interface Receiver {
  /** With the headers of the answer; empty where there is none. */
  connected(status: number, contentType: string, retryAfter: string): void;
  bytes(chunk: Uint8Array): void;
  /** The last call. `cause` is what broke it, where that is known. */
  disconnected(cause?: unknown): void;
}

/** Opens a connection; the last event id is empty where there is none. Gives what ends it. */
export type Transport = (lastEventId: string, receiver: Receiver) => () => void;

/** The transport of platforms whose `fetch` streams. `headers` gives a fresh list for each connection. */
export function fetchTransport(address: string, headers: () => HeaderList): Transport {
  return (lastEventId, { connected, bytes, disconnected }) => {
    // Ending it also gives up a body that is not read to its end.
    const abort = new platform.AbortController();
    const run = async (): Promise<void> => {
      const list = headers();
      list.set('Accept', 'text/event-stream');
      if (lastEventId) list.set('Last-Event-ID', lastEventId);
      // No cache: a stored answer is no stream.
      const request = { headers: list, signal: abort.signal, cache: 'no-store' };
      const answer = await platform.fetch(address, request);
      const header = (name: string): string => answer.headers.get(name) ?? '';
      connected(answer.status, header('Content-Type'), header('Retry-After'));
      const reader = answer.body?.getReader();
      for (;;) {
        const { value } = (await reader?.read()) ?? {};
        if (value === undefined) return;
        bytes(value);
      }
    };
    run().then(disconnected, disconnected);
    return () => abort.abort();
  };
}
