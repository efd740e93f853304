// React Native's native module for networking as Android has it (`NetworkingModule.kt` over OkHttp), over Node's `http`.

import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { DeviceEvents } from './react_native.js';
import { androidDecoder } from './text_decoders.js';

/** `MAX_CHUNK_SIZE_BETWEEN_FLUSHES` */
const BUFFER = 8 * 1_024;
/** OkHttp's `Dispatcher`: so many requests to one host at a time. */
const MOST_REQUESTS = 5;

export function androidNetworking(events: () => DeviceEvents): object {
  const agent = new Agent({ maxSockets: MOST_REQUESTS });
  const running = new Map<number, ClientRequest>();

  /** What native code tells comes to JavaScript one after the other, on the thread of the runtime. */
  const emit = (event: string, ...value: unknown[]): unknown => setImmediate(() => events().emit(event, value));

  const complete = (id: number, error?: NodeJS.ErrnoException): void => {
    if (!running.delete(id)) return;
    emit('didCompleteNetworkResponse', id, error === undefined ? null : wordsOf(error));
  };

  return {
    sendRequest(
      method: string,
      url: string,
      id: number,
      headers: [string, string][],
      _data: object,
      responseType: string,
      useIncrementalUpdates: boolean,
      timeout: number,
    ): void {
      // What is not emulated must not be asked for.
      if (method !== 'GET' || responseType !== 'text' || timeout !== 0) throw new Error(`${method} ${responseType} ${timeout}`);
      // `accept-encoding` is by OkHttp's `BridgeInterceptor`.
      const all = { 'user-agent': 'Test/1', 'accept-encoding': 'gzip', ...Object.fromEntries(headers) };
      const request = get(url, { agent, headers: all });
      running.set(id, request);
      request.on('error', (error) => complete(id, error));
      request.on('response', (response) => {
        emit('didReceiveNetworkResponse', id, response.statusCode, mapOf(response), url);
        response.on('error', (error) => complete(id, error));
        response.on('end', () => complete(id));
        const decode = androidDecoder();
        const whole: string[] = [];
        response.on('data', (bytes: Buffer) => {
          for (let at = 0; at < bytes.length && running.has(id); at += BUFFER) {
            const text = decode(bytes.subarray(at, at + BUFFER));
            // `readWithProgress` looks at the bytes so far before it has read any, and never again.
            if (useIncrementalUpdates) emit('didReceiveNetworkIncrementalData', id, text, 0, -1);
            else whole.push(text);
          }
        });
        if (!useIncrementalUpdates) response.on('end', () => emit('didReceiveNetworkData', id, whole.join('')));
      });
    },

    abortRequest(id: number): void {
      running.get(id)?.destroy();
    },

    addListener: () => undefined,
    removeListeners: () => undefined,
  };
}

/** `okHttpHeadersToMap`: names as they came. */
function mapOf({ rawHeaders }: IncomingMessage): Record<string, string> {
  const map: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    map[name] = map[name] === undefined ? rawHeaders[at + 1]! : `${map[name]}, ${rawHeaders[at + 1]!}`;
  }
  return map;
}

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNREFUSED') return 'Failed to connect to /127.0.0.1';
  if (code === 'ECONNRESET') return 'unexpected end of stream';
  return message;
}
