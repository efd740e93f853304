// The event stream over `XMLHttpRequest`, the one way in which React Native itself shows a response before it is whole.
// `../NETWORKING.md` says where in React Native's sources the facts stand that this is made for.

import type { RequestHeaders } from '../../js/shared/src/options.js';
import type { Transport } from '../../js/shared/src/transport.js';

/** So long after a request was sent iOS has told JavaScript its number by far, in milliseconds. */
const NUMBERED = 1_000;

/** Gives text: native code has decoded the bytes, and holds back a character until it is whole. */
export function xhrTransport(address: string, headers: RequestHeaders): Transport<string> {
  return (lastEventId, { connected, bytes, disconnected }) => {
    const request = new XMLHttpRequest();
    let read = 0;
    request.open('GET', address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (lastEventId) request.setRequestHeader('Last-Event-ID', lastEventId);
    const header = (name: string): string => request.getResponseHeader(name) ?? '';
    request.onreadystatechange = () => {
      if (request.readyState === request.HEADERS_RECEIVED) connected(request.status, header('Content-Type'), header('Retry-After'));
    };
    // Native code sends increments only where somebody listens to this before the request is sent.
    request.onprogress = () => {
      const { responseText } = request;
      if (responseText.length === read) return;
      // The text grows by each increment. To take its new end costs by that end's length in JavaScriptCore (measured: 64 MB
      // in pieces of 8 KiB, below 1 ms) and in Hermes (read: it appends in place); in V8 by the whole text's (1 MB 47 ms,
      // 4 MB 0.6 s, 16 MB 11 s).
      const text = responseText.slice(read);
      read = responseText.length;
      bytes(text);
    };
    request.onload = () => disconnected();
    // After a failure what was the response's text is what native code says of the failure.
    request.onerror = request.ontimeout = () => disconnected(new Error(request.responseText || 'no reason given'));
    request.send();
    return () => {
      const isYoung = request.readyState === request.OPENED;
      request.abort();
      // On iOS `abort` ends nothing as long as the number of the request is not known here, and nobody would hear of the
      // stream that goes on.
      if (isYoung) setTimeout(() => request.abort(), NUMBERED);
    };
  };
}
