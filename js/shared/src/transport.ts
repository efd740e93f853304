// The way to the server's event stream: `fetch`, read as it comes. It knows bytes and headers, not what they mean.

import { type AbortSource, type FetchAnswer, type HeaderList, platform } from './platform.js';

/** Hears of one connection, never before `connect` has returned. */
export interface Receiver {
  connected(status: number, contentType: string | undefined, retryAfter: string | undefined): void;
  bytes(chunk: Uint8Array): void;
  /** The last call. `cause` is what broke it, where that is known. */
  disconnected(cause: unknown): void;
}

/** One connection, or the attempt. */
export interface Connection {
  /** Ends it; its receiver hears nothing any more. */
  close(): void;
}

/** Opens connections to one event stream. */
export interface Transport {
  connect(lastEventId: string | undefined, receiver: Receiver): Connection;
}

/** The transport of platforms whose `fetch` streams. */
export class FetchTransport implements Transport {
  readonly #address: string;
  readonly #headers: () => HeaderList;

  /** `headers` gives a fresh list for each connection. */
  constructor(address: string, headers: () => HeaderList) {
    this.#address = address;
    this.#headers = headers;
  }

  connect(lastEventId: string | undefined, receiver: Receiver): Connection {
    const headers = this.#headers();
    headers.set('Accept', 'text/event-stream');
    if (lastEventId !== undefined) headers.set('Last-Event-ID', lastEventId);
    const connection = new FetchConnection(receiver);
    void connection.run(this.#address, headers);
    return connection;
  }
}

class FetchConnection implements Connection {
  readonly #receiver: Receiver;
  readonly #abort: AbortSource = new platform.AbortController();
  #isClosed = false;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  close(): void {
    this.#isClosed = true;
    // Also gives up a body that is not read to its end.
    this.#abort.abort();
  }

  async run(address: string, headers: HeaderList): Promise<void> {
    let cause: unknown;
    try {
      // No cache: a stored answer is no stream.
      const request = { headers, signal: this.#abort.signal, cache: 'no-store' };
      await this.#receive(await platform.fetch(address, request));
    } catch (thrown) {
      cause = thrown;
    }
    if (!this.#isClosed) this.#receiver.disconnected(cause);
  }

  async #receive(answer: FetchAnswer): Promise<void> {
    if (this.#isClosed) return;
    const { headers, body } = answer;
    this.#receiver.connected(answer.status, headers.get('content-type') ?? undefined, headers.get('retry-after') ?? undefined);
    const reader = this.#isClosed ? undefined : body?.getReader();
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (this.#isClosed || done) return;
      if (value !== undefined) this.#receiver.bytes(value);
    }
  }
}
