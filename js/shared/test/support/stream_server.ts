// A server of one event stream that does what a test tells it: for what the real server would never do.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StreamServer extends AsyncDisposable {
  readonly url: string;
  /** The requests so far, in order. */
  readonly requests: readonly IncomingMessage[];
}

/** `answer` gets each request with its number, from 0. */
export async function streamServer(
  answer: (response: ServerResponse, number: number, request: IncomingMessage) => void,
): Promise<StreamServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(response, requests.length - 1, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with a stream that stays open. */
export function stream(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text);
}
