// The way to the server's event stream: `fetch`, read as it comes. It knows bytes and headers, not what they mean.

/** Hears of one connection, never before its transport has returned. */
export interface Receiver<Chunk = Uint8Array> {
  /** With the headers of the answer; empty where there is none. */
  connected(status: number, contentType: string, retryAfter: string): void;
  /** What of the stream came, cut anywhere: bytes, or text where the platform gives no bytes. */
  bytes(chunk: Chunk): void;
  /** The last call. `cause` is what broke it, where that is known. */
  disconnected(cause?: unknown): void;
}

/** Opens a connection; the last event id is empty where there is none. Gives what ends it. */
export type Transport<Chunk = Uint8Array> = (lastEventId: string, receiver: Receiver<Chunk>) => () => void;

/** The transport of platforms whose `fetch` streams. */
export function fetchTransport(address: string, headers: Readonly<Record<string, string>>): Transport {
  return (lastEventId, { connected, bytes, disconnected }) => {
    // Ending it also gives up a body that is not read to its end.
    const abort = new AbortController();
    const run = async (): Promise<void> => {
      const answer = await fetch(address, {
        headers: lastEventId ? { ...headers, 'Last-Event-ID': lastEventId } : headers,
        signal: abort.signal,
        // A stored answer is no stream.
        cache: 'no-store',
      } as RequestInit);
      const header = (name: string): string => answer.headers.get(name) ?? '';
      connected(answer.status, header('Content-Type'), header('Retry-After'));
      const reader = answer.body!.getReader();
      for (let chunk: Uint8Array | undefined; (chunk = (await reader.read()).value); ) bytes(chunk);
    };
    run().then(disconnected, disconnected);
    return () => abort.abort();
  };
}
