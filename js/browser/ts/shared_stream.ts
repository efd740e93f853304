// One stream for all tabs of a browser, as far as a tab that is alone needs it: it takes a lock, has its stream, and
// listens whether somebody comes. Who does not get the lock, and who is no longer alone, loads `tabs`.

import type { Driver } from '../../shared/src/driver.js';
import type { Engine } from '../../shared/src/engine.js';
import type { Receiver, Transport } from '../../shared/src/transport.js';

/** A connection that the engine asked for. */
export interface Line {
  /** The last event id. */
  readonly since: string;
  /** The engine's end. There until it has let go of the connection. */
  receiver?: Receiver | undefined;
  /** Ends what serves it, once something does. */
  stop?(): void;
  /** What the server answered. */
  answer?: Parameters<Receiver['connected']>;
  /** What came last. */
  chunk?: Uint8Array;
}

/**
 * A tab's part in it: the way to the stream, and what lets go of everything until the next connection, for a tab that
 * does not run must not keep others from the stream. `open` is the way to the server.
 */
export function shareStream(name: string, open: Transport, engine: Engine, act: Driver['act']): [Transport, () => void] {
  let line: Line;
  let channel: BroadcastChannel | undefined;
  /** Gives up the lock. There while this tab has it, and so has its stream. */
  let release: (() => void) | undefined;
  /** The same for several tabs. Once it is loaded, it does everything. */
  let tabs: [Transport, () => void] | undefined;

  const load = (): Promise<void> =>
    import('./tabs.js').then((part) => {
      tabs ??= part.default(name, open, engine, act, line, channel, release);
    });

  const leave = (): void => {
    channel?.close();
    release?.();
    channel = release = undefined;
    tabs?.[1]();
  };

  const transport: Transport = (since, receiver) => {
    if (tabs) return tabs[0](since, receiver);
    const own: Line = (line = { since, receiver });
    const connect = (): void => {
      if (!own.receiver) return;
      own.stop = open(since, {
        connected: (...answer) => receiver.connected(...(own.answer = answer)),
        // The part for several puts itself between.
        bytes: (chunk) => own.receiver?.bytes((own.chunk = chunk)),
        disconnected: receiver.disconnected,
      });
    };
    const lead = (resolve: () => void): void => {
      release = resolve;
      channel = new BroadcastChannel(name);
      // Who cannot serve others must not keep them from the stream: they go on by themselves, and so does this one.
      channel.onmessage = () => load().catch(leave);
      connect();
    };
    if (release) connect();
    else {
      navigator.locks
        // The answer comes at once. It may come when it is not wanted any more.
        .request(name, { ifAvailable: true }, (lock) => (lock ? !tabs && own.receiver && new Promise<void>(lead) : load()))
        // Locks are refused, as in a frame without an origin, or the part cannot be loaded: a stream of one's own.
        .catch(connect);
    }
    return () => {
      own.receiver = undefined;
      own.stop?.();
    };
  };

  return [transport, leave];
}
