// The event stream by way of `EventSource`, which hides the stream's text and the server's answers: the text is made
// anew from its events.

import type { SidekickError } from '../../shared/src/errors.js';
import type { Transport } from '../../shared/src/transport.js';

/** The events that the protocol names; `message` are those without a name. */
const NAMES = ['message', 'connected', 'ready', 'resumed', 'heartbeat'];

/** Throws a `Fault` where the caller has headers, for they cannot be sent. */
export default function eventSourceTransport(
  address: string,
  sdkKey: string,
  headers: object | undefined,
  Fault: typeof SidekickError,
): Transport {
  if (headers) throw new Fault('INVALID_HEADER', 'an EventSource cannot send options.headers; leave out options.transport, or the headers');
  const encoder = new TextEncoder();
  return (lastEventId, receiver) => {
    const url = new URL(address);
    if (sdkKey) url.searchParams.set('sdk_key', sdkKey);
    if (lastEventId) url.searchParams.set('last_event_id', lastEventId);
    const source = new EventSource(url);
    source.onopen = () => receiver.connected(200, 'text/event-stream', '');
    source.onerror = () => {
      // Else it would connect again by itself.
      source.close();
      receiver.disconnected();
    };
    let last = '';
    const hear = ({ type, data, lastEventId: id }: MessageEvent<string>): void => {
      // An event that brings no id shows the one before.
      const lines = [...(id === last ? [] : [`id: ${id}`]), `event: ${type}`, ...data.split('\n').map((line) => `data: ${line}`)];
      last = id;
      receiver.bytes(encoder.encode(`${lines.join('\n')}\n\n`));
    };
    for (const name of NAMES) source.addEventListener(name, hear as EventListener);
    return () => source.close();
  };
}
