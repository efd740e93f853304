// One stream for all tabs of a browser. Tabs queue for a lock; the one that holds it, the leader, has the stream, and the
// others hear from it what its engine has taken.

import type { Driver } from '../../shared/src/driver.js';
import type { Engine } from '../../shared/src/engine.js';
import type { Receiver, Transport } from '../../shared/src/transport.js';

/** A tab's part in it. */
export interface SharedStream {
  readonly transport: Transport;
  /** Lets go of everything until the next connection: a tab that does not run must not keep others from the stream. */
  leave(): void;
}

// What messages are. The first is for the leader, the others are the leader's.
/** A tab waits for flags. With it, whether somebody looks at that tab. */
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

/** As a server says that it ends a stream. */
const GOODBYE = 'retry: 0\n\n';
/** The engine's status. */
const READY = 1;

/** `open` is the way to the server. The engine's driver is asked for when it is there. */
export function shareStream(name: string, open: Transport, engine: Engine, driver: () => Driver): SharedStream {
  let channel: BroadcastChannel | undefined;
  let abort: AbortController;
  /** Gives up the lock. There for the leader alone. */
  let release: (() => void) | undefined;
  /** What the engine waits for or listens to, and from where it goes on. */
  let receiver: Receiver | undefined;
  let lastEventId: string;
  /** The receiver has a replay from the leader. */
  let isFed = false;
  /** Ends the leader's stream. */
  let stop: (() => void) | undefined;
  /** What the server answered to the leader's last attempt. */
  let answer: Answer | [] = [];
  /** The leader's engine has all flags. */
  let isLive = false;

  const encoder = new TextEncoder();
  const post = (...message: unknown[]): void => channel?.postMessage(message);
  const feed = (text: string): void => receiver?.bytes(encoder.encode(text));

  const enter = (): void => {
    const own = new BroadcastChannel(name);
    channel = own;
    own.onmessage = ({ data }) => hear(data);
    abort = new AbortController();
    const lead = (): Promise<void> | undefined => {
      // It may come late.
      if (own !== channel) return undefined;
      post(LEADER);
      return new Promise((resolve) => {
        release = resolve;
        restart();
      });
    };
    navigator.locks.request(name, { signal: abort.signal }, lead).catch(() => undefined);
  };

  const leave = (): void => {
    channel?.close();
    channel = undefined;
    abort?.abort();
    release?.();
    release = undefined;
  };

  /** The leader is another: who listened to the last one begins anew, at once. */
  const restart = (): void => {
    if (receiver && !isFed) return begin();
    end();
    driver().hurry();
  };

  const end = (...given: Answer | []): void => {
    if (isFed) feed(GOODBYE);
    else if (given.length) receiver?.connected(...given);
    receiver?.disconnected();
  };

  const begin = (): void => {
    if (!release) return post(JOIN, !globalThis.document?.hidden);
    const own = receiver!;
    const decoder = new TextDecoder();
    let rest = '';
    answer = [];
    stop = open(lastEventId, {
      connected: (...given) => {
        answer = given;
        own.connected(...given);
      },
      bytes: (chunk) => {
        own.bytes(chunk);
        // The engine may have dropped the stream for it.
        if (own !== receiver) return;
        rest += decoder.decode(chunk, { stream: true });
        const whole = rest.slice(0, rest.lastIndexOf('\n\n') + 2);
        rest = rest.slice(whole.length);
        if (isLive) {
          post(EVENTS, whole);
        } else if (engine.status() === READY) {
          isLive = true;
          post(REPLAY, engine.exportSnapshot());
        }
      },
      disconnected: own.disconnected,
    });
  };

  const hear = ([kind, ...content]: [number, ...unknown[]]): void => {
    const [text] = content as [string];
    if (release) {
      if (kind !== JOIN) return;
      const snapshot = engine.exportSnapshot();
      if (snapshot) post(isLive ? REPLAY : LAST_KNOWN, snapshot);
      if (isLive) return;
      // This tab may be in the background, where timers are slow.
      if (text) driver().hurry();
      if (!stop) post(END, ...answer);
    } else if (kind === REPLAY && receiver && !isFed) {
      receiver.connected(200, 'text/event-stream', '');
      isFed = true;
      feed(text);
    } else if (kind === EVENTS && isFed) {
      feed(text);
    } else if (kind === LAST_KNOWN) {
      driver().importSnapshot(text);
    } else if (kind === END) {
      end(...(content as Answer));
    } else if (kind === LEADER) {
      restart();
    }
  };

  const transport: Transport = (id, given) => {
    receiver = given;
    lastEventId = id;
    if (!channel) enter();
    begin();
    return () => {
      receiver = undefined;
      isFed = false;
      if (!stop) return;
      stop();
      post(END, ...answer);
      stop = undefined;
      isLive = false;
    };
  };

  return { transport, leave };
}
