// One stream for several tabs of a browser. They queue for a lock; the one that holds it, the leader, has the stream, and
// the others hear from it what its engine has taken. Loaded by tabs that are not alone.

import { type Driver, hurry } from '../../shared/src/driver.js';
import { type Engine, READY } from '../../shared/src/engine.js';
import type { Transport } from '../../shared/src/transport.js';
import type { Line } from './shared_stream.js';

// What messages are: a pair of one of these and its content. The first is for the leader, the others are the leader's.
// Tabs may be of several versions of this package, for a tab may be older than what its server now has. A version
// passes over numbers that it does not know; where one of these, or a snapshot, gets another meaning, the name that lock
// and channel have must be another, too: then such tabs do not meet, and each version has a stream.
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
/** The leader has no flags yet: there is nothing to say but that it hears. */
const HEARD = 6;

/** So often a tab says that it waits, so many milliseconds apart, until it does without a leader that does not answer. */
const CALLS = 3;
const PATIENCE = 1_000;

type Answer = Line['answer'];

/**
 * A tab's part in it, as `shareStream` has it. Begins with `line`, if that is still wanted: with the stream that is there
 * where the tab leads, for then it has the channel and the lock; else as one more in the queue.
 */
export default function shareAmongTabs(
  name: string,
  open: Transport,
  engine: Engine,
  act: Driver['act'],
  line: Line,
  channel: BroadcastChannel | undefined,
  held: (() => void) | undefined,
): [Transport, () => void] {
  const encoder = new TextEncoder();
  /** Gives up the lock. There for the leader alone. */
  let release: (() => void) | undefined;
  let abort: AbortController | undefined;
  /** Ends the stream of this tab's own: the leader's, or that of one who got no answer from a leader. */
  let stop: (() => void) | undefined;
  /** The engine has had all flags on this line. */
  let isLive = false;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const post = (kind: number, content?: unknown): void => channel?.postMessage([kind, content]);

  const feed = (text: string): void => line.receiver?.bytes(encoder.encode(text));

  /** From now on the others hear what the engine takes of its own stream, if this tab leads. */
  const share = (own: Line): void => {
    const given = own.receiver!;
    const decoder = new TextDecoder();
    let rest = '';
    const tell = (chunk: Uint8Array): void => {
      const [, events, begun] = /(.*\n\n)?(.*)/s.exec(rest + decoder.decode(chunk, { stream: true }))!;
      rest = begun!;
      // Where a stream was taken over amid an event, only its end shows where the next one begins.
      if (!events) return;
      if (isLive) {
        if (release) post(EVENTS, events);
      } else if (engine.status() === READY) {
        isLive = true;
        if (release) post(REPLAY, engine.exportSnapshot());
      }
    };
    own.receiver = {
      ...given,
      bytes: (chunk) => {
        given.bytes(chunk);
        // The engine may have dropped the stream for it.
        if (own.receiver) tell(chunk);
      },
    };
    if (own.chunk) tell(own.chunk);
  };

  const connect = (): void => {
    const own = line;
    const { connected, disconnected } = own.receiver!;
    share(own);
    stop = open(own.since, {
      connected: (...answer) => connected(...(own.answer = answer)),
      bytes: (chunk) => own.receiver?.bytes(chunk),
      disconnected,
    });
  };

  const call = (left: number): void => {
    post(JOIN, self.document?.hidden);
    // It may be stuck, or have nobody's ear yet.
    patience = setTimeout(() => (left > 1 ? call(left - 1) : connect()), PATIENCE);
  };

  const begin = (): void => {
    clearTimeout(patience);
    if (release) connect();
    else call(CALLS);
  };

  const close = (): void => {
    clearTimeout(patience);
    line.receiver = undefined;
    isLive = false;
    if (!stop) return;
    stop();
    stop = undefined;
    if (release) post(END, line.answer);
  };

  const end = (given?: Answer): void => {
    // As a server says it that ends a stream.
    if (isLive) feed('retry: 0\n\n');
    else if (given) line.receiver?.connected(...given);
    line.receiver?.disconnected();
  };

  /** The leader is another: who listened to the last one begins anew, at once. */
  const restart = (): void => {
    if (line.receiver && !isLive) return begin();
    end();
    act(hurry);
  };

  /** Tells those who wait what there is. */
  const welcome = (isHidden: unknown): void => {
    const snapshot = engine.exportSnapshot();
    if (snapshot) post(isLive ? REPLAY : LAST_KNOWN, snapshot);
    else post(HEARD);
    // This tab may be in the background, where timers are slow.
    if (!isHidden) act(hurry);
    if (!stop) post(END, line.answer);
  };

  const hear = ({ data: [kind, content] }: MessageEvent<[number, unknown]>): void => {
    if (kind === JOIN) {
      if (release) welcome(content);
      return;
    }
    if (stop) return;
    clearTimeout(patience);
    if (kind === REPLAY && line.receiver && !isLive) {
      line.receiver.connected(200, 'text/event-stream', '');
      isLive = true;
      feed(content as string);
    } else if (kind === EVENTS && isLive) {
      feed(content as string);
    } else if (kind === LAST_KNOWN) {
      act((own) => own.importSnapshot(content as string));
    } else if (kind === END) {
      end(content as Answer);
    } else if (kind === LEADER) {
      restart();
    }
  };

  const join = (): void => {
    const own = (channel = new BroadcastChannel(name));
    own.onmessage = hear;
    abort = new AbortController();
    const lead = (): Promise<void> => {
      return new Promise((resolve) => {
        // The lock may come when it is not wanted any more.
        if (own !== channel) return resolve();
        release = resolve;
        post(LEADER);
        // A stream that is there is as good as a new one.
        if (!stop) restart();
      });
    };
    navigator.locks.request(name, { signal: abort.signal }, lead).catch(lead);
    begin();
  };

  const transport: Transport = (since, receiver) => {
    line = { since, receiver };
    if (channel) begin();
    else join();
    return close;
  };

  const leave = (): void => {
    channel?.close();
    abort?.abort();
    release?.();
    channel = release = undefined;
  };

  if (channel) {
    channel.onmessage = hear;
    if (line.receiver) {
      stop = line.stop;
      share(line);
    }
    // Not before: what there is, is told below, and once.
    release = held;
    // When who has loaded this knows it: what is done there may lead to a connection.
    queueMicrotask(() => welcome(false));
  } else if (line.receiver) {
    join();
  }
  line.stop = close;

  return [transport, leave];
}
