// A client's stream on a phone: what brings it, and what of the phone and the app it follows.

import type { Driver } from '../../js/shared/src/driver.js';
import type { RequestHeaders } from '../../js/shared/src/options.js';
import type { Transport } from '../../js/shared/src/transport.js';
import { type AppStateLike, followAppState } from './app_state.js';
import { followNetwork, type NetInfoLike } from './connectivity.js';
import { fetchTransport, type StreamingFetch } from './fetch_transport.js';
import type { Chunk, StreamEngine } from './stream_engine.js';
import { xhrTransport } from './xhr_transport.js';

/**
 * Compressed, events are held back until a block is full; and what may be stored, Android writes to the app's cache as it
 * comes.
 */
const AS_IT_COMES: RequestHeaders = { 'Accept-Encoding': 'identity', 'Cache-Control': 'no-store' };

/** What a client's stream is made of; all may be left out. */
export interface StreamOptions {
  /** A `fetch` that streams, such as that of `expo/fetch`. React Native's own does not; without one it is `XMLHttpRequest`. */
  readonly fetch?: StreamingFetch | undefined;
  /** `NetInfo` of `@react-native-community/netinfo`, so that the stream follows the network. */
  readonly netInfo?: NetInfoLike | undefined;
}

/** Whose stream it is. */
export interface StreamOwner {
  readonly options: StreamOptions;
  readonly appState: AppStateLike | undefined;
  readonly engine: StreamEngine;
  /** There from the start of the stream on. */
  driver(): Driver | undefined;
  /** Ends what is followed. */
  readonly life: AbortSignal;
}

/** The way to the stream. From now on the owner's engine follows app and network. */
export function openStream(address: string, headers: RequestHeaders, owner: StreamOwner): Transport<Chunk> {
  const { options, appState, engine, driver, life } = owner;
  const stops = [
    appState && followAppState(appState, engine, driver),
    options.netInfo && followNetwork(options.netInfo, driver),
  ];
  life.addEventListener('abort', () => {
    for (const stop of stops) stop?.();
  });
  const all = { ...AS_IT_COMES, ...headers };
  return options.fetch ? fetchTransport(options.fetch, address, all) : xhrTransport(address, all);
}

/** What may lie behind a failed connection to the address, in words; the platforms' own say little. */
export function suspicionOf(address: string): string {
  const doubts: string[] = [];
  if (/^http:/i.test(address)) {
    doubts.push('does the app allow http: (NSAppTransportSecurity on iOS, usesCleartextTraffic on Android)?');
  }
  if (/^https?:\/\/(localhost|127\.|\[::1\])/i.test(address)) {
    doubts.push('on a phone localhost is the phone (an Android emulator reaches your computer at 10.0.2.2)');
  }
  return doubts.map((doubt) => `; ${doubt}`).join('');
}
