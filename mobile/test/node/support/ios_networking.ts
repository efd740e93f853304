// React Native's native module for networking as iOS has it (`RCTNetworking.mm` over NSURLSession), over Node's `http`.

import { Agent, type ClientRequest, get } from 'node:http';
import type { DeviceEvents } from './react_native.js';
import { iosDecoder } from './text_decoders.js';

/** Of NSURLSession: a request without a byte for so long fails. */
const IDLE = 60_000;
/** Of NSURLSession on iOS: so many connections to one host at a time. */
const MOST_CONNECTIONS = 4;

interface Query {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseType: string;
  readonly incrementalUpdates: boolean;
  readonly timeout: number;
}

export function iosNetworking(events: () => DeviceEvents): object {
  const agent = new Agent({ maxSockets: MOST_CONNECTIONS });
  const tasks = new Map<number, ClientRequest>();
  let next = 0;

  /** All that native code tells comes to JavaScript one after the other, on the thread of the runtime. */
  const tell = (what: () => void): unknown => setImmediate(what);
  const emit = (event: string, ...value: unknown[]): unknown => tell(() => events().emit(event, value));

  const complete = (id: number, error?: NodeJS.ErrnoException): void => {
    if (!tasks.delete(id)) return;
    emit('didCompleteNetworkResponse', id, error === undefined ? null : wordsOf(error), error?.code === 'ETIMEDOUT');
  };

  const start = ({ url, headers, incrementalUpdates }: Query, number: (id: number) => void): void => {
    const id = (next += 1);
    const request = get(url, { agent, headers: { 'accept-encoding': 'gzip, deflate, br', ...headers } });
    tasks.set(id, request);
    tell(() => number(id));
    request.setTimeout(IDLE, () => request.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    request.on('error', (error) => complete(id, error));
    request.on('response', (response) => {
      emit('didReceiveNetworkResponse', id, response.statusCode, headersOf(response.rawHeaders), url);
      response.on('error', (error) => complete(id, error));
      response.on('end', () => complete(id));
      const decode = iosDecoder();
      let length = 0;
      const whole: string[] = [];
      response.on('data', (bytes: Buffer) => {
        length += bytes.length;
        const text = decode(bytes);
        if (text === undefined) return;
        if (incrementalUpdates) emit('didReceiveNetworkIncrementalData', id, text, length, -1);
        else whole.push(text);
      });
      if (!incrementalUpdates) response.on('end', () => emit('didReceiveNetworkData', id, whole.join('')));
    });
  };

  return {
    sendRequest(query: Query, number: (id: number) => void): void {
      // What is not emulated must not be asked for.
      if (query.method !== 'GET' || query.responseType !== 'text' || query.timeout !== 0) throw new Error(JSON.stringify(query));
      // Twice over the queue of the module: once to build the request, once to send it.
      setImmediate(() => setImmediate(() => start(query, number)));
    },

    abortRequest(id: number): void {
      setImmediate(() => {
        tasks.get(id)?.destroy();
        tasks.delete(id);
      });
    },

    addListener: () => undefined,
    removeListeners: () => undefined,
  };
}

/** `allHeaderFields`: NSURLSession writes the names that it knows in their usual form. */
function headersOf(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase());
    headers[name] = headers[name] === undefined ? raw[at + 1]! : `${headers[name]}, ${raw[at + 1]!}`;
  }
  return headers;
}

/** `localizedDescription` */
function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'Could not connect to the server.';
  if (code === 'ECONNRESET') return 'The network connection was lost.';
  if (code === 'ETIMEDOUT') return 'The request timed out.';
  return message;
}
