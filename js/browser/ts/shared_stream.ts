// One stream for all tabs of a browser. Tabs queue for a lock; the one that holds it, the leader, has the stream, and the
// others hear from it what its engine has taken.

import { type Driver, hurry } from '../../shared/src/driver.js';
import { type Engine, READY } from '../../shared/src/engine.js';
import type { Receiver, Transport } from '../../shared/src/transport.js';
import { encoder } from './engine.js';

// What messages are. The first is for the leader, the others are the leader's.
/** A tab waits for flags. With it, whether that tab is in the background. */
const JOIN = 0;
/** The flags as a replay, for those who wait. */
const REPLAY = 1;
/** Whole events, for those who have the replay. */
const EVENTS = 2;
/** The flags as a snapshot that nobody vouches for: the leader has no stream at present. */
const LAST_KNOWN = 3;
/** There is no stream any more, or none came about. With it, what the server answered. */
const END = 4;
/** The leader is another. */
const LEADER = 5;

type Answer = Parameters<Receiver['connected']>;

/**
 * A tab's part in it: the way to the stream, and what lets go of everything until the next connection, for a tab that
 * does not run must not keep others from the stream. `open` is the way to the server.
 */
export function shareStream(name: string, open: Transport, engine: Engine, act: Driver['act']): [Transport, () => void] {
  let channel: BroadcastChannel | undefined;
  let abort: AbortController | undefined;
  /** Gives up the lock. There for the leader alone. */
  let release: (() => void) | undefined;
  /** What the engine waits for or listens to, and from where it goes on. */
  let receiver: Receiver | undefined;
  let lastEventId: string;
  /** The receiver has had all flags. */
  let isLive: boolean | undefined;
  /** Ends the leader's stream. */
  let stop: (() => void) | undefined;
  /** What the server answered to the leader's last attempt. */
  let answer: Answer | undefined;

  const post = (kind: number, content?: unknown): void => channel?.postMessage([kind, content]);

  const feed = (text: string): void => receiver?.bytes(encoder.encode(text));

  const begin = (): void => {
    if (!release) return post(JOIN, self.document?.hidden);
    const given = receiver!;
    const decoder = new TextDecoder();
    let rest = '';
    answer = undefined;
    const own = (stop = open(lastEventId, {
      ...given,
      connected: (...said) => {
        answer = said;
        given.connected(...said);
      },
      bytes: (chunk) => {
        given.bytes(chunk);
        // The engine may have dropped the stream for it.
        if (own !== stop) return;
        const [, events, begun] = /(.*\n\n)?(.*)/s.exec(rest + decoder.decode(chunk, { stream: true }))!;
        rest = begun!;
        if (isLive) {
          if (events) post(EVENTS, events);
        } else if (engine.status() === READY) {
          isLive = true;
          post(REPLAY, engine.exportSnapshot());
        }
      },
    }));
  };

  const end = (given?: Answer): void => {
    // As a server says it that ends a stream.
    if (isLive) feed('retry: 0\n\n');
    else if (given) receiver?.connected(...given);
    receiver?.disconnected();
  };

  /** The leader is another: who listened to the last one begins anew, at once. */
  const restart = (): void => {
    if (receiver && !isLive) return begin();
    end();
    act(hurry);
  };

  const hear = ({ data: [kind, content] }: MessageEvent<[number, unknown]>): void => {
    if (release) {
      if (kind !== JOIN) return;
      const snapshot = engine.exportSnapshot();
      if (snapshot) post(isLive ? REPLAY : LAST_KNOWN, snapshot);
      // This tab may be in the background, where timers are slow.
      if (!content) act(hurry);
      if (!stop) post(END, answer);
    } else if (kind === REPLAY && receiver && !isLive) {
      receiver.connected(200, 'text/event-stream', '');
      isLive = true;
      feed(content as string);
    } else if (kind === EVENTS && isLive) {
      feed(content as string);
    } else if (kind === LAST_KNOWN) {
      act((own) => own.importSnapshot(content as string));
    } else if (kind === END) {
      end(content as Answer | undefined);
    } else if (kind === LEADER) {
      restart();
    }
  };

  const transport: Transport = (id, given) => {
    receiver = given;
    lastEventId = id;
    if (!channel) {
      const own = new BroadcastChannel(name);
      channel = own;
      own.onmessage = hear;
      abort = new AbortController();
      const lead = (): Promise<void> => {
        return new Promise((resolve) => {
          // The lock may come when it is not wanted any more.
          if (own !== channel) return resolve();
          release = resolve;
          post(LEADER);
          restart();
        });
      };
      // Where locks are refused, as in a frame without an origin, each tab leads for itself.
      navigator.locks.request(name, { signal: abort.signal }, lead).catch(lead);
    }
    begin();
    return () => {
      receiver = undefined;
      isLive = false;
      if (!stop) return;
      stop();
      stop = undefined;
      post(END, answer);
    };
  };

  const leave = (): void => {
    channel?.close();
    abort?.abort();
    release?.();
    channel = release = undefined;
  };

  return [transport, leave];
}
