// The event stream over a `fetch` that streams, which React Native's own does not: `expo/fetch` gives bytes as they come.

import type { RequestHeaders } from '../../js/shared/src/options.js';
import type { Transport } from '../../js/shared/src/transport.js';

/** The part of `fetch` that is needed; that of `expo/fetch` is one. */
export type StreamingFetch = (
  address: string,
  request: { headers: Record<string, string>; signal: AbortSignal },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body?: { getReader(): { read(): Promise<{ value?: Uint8Array | undefined }> } } | null;
}>;

// As that of `js/shared`, which pages load and which therefore names the platform's `fetch` and asks less.
export function fetchTransport(fetch: StreamingFetch, address: string, headers: RequestHeaders): Transport {
  return (lastEventId, { connected, bytes, disconnected }) => {
    const abort = new AbortController();
    const run = async (): Promise<void> => {
      const answer = await fetch(address, {
        headers: lastEventId ? { ...headers, 'Last-Event-ID': lastEventId } : { ...headers },
        signal: abort.signal,
      });
      if (!answer.body) throw new Error('options.fetch does not stream; use that of expo/fetch, or leave it out');
      const header = (name: string): string => answer.headers.get(name) ?? '';
      connected(answer.status, header('Content-Type'), header('Retry-After'));
      const reader = answer.body.getReader();
      for (let chunk: Uint8Array | undefined; (chunk = (await reader.read()).value); ) bytes(chunk);
    };
    run().then(() => disconnected(), disconnected);
    return () => abort.abort();
  };
}
