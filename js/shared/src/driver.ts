// Moves bytes and timers between an engine and a transport. What they mean, the engine knows.

import { CLOSED, CONNECT, DISCONNECT, type Engine, ERROR, type Maybe, type Output, WAKE_AT } from './engine.js';
import type { Transport } from './transport.js';

/** An input of an engine. */
export type Input = (engine: Engine, now: number) => void;

/** One engine at one transport. */
export interface Driver {
  /** Gives the engine an input and acts on what comes of it. Throws what the engine throws. */
  act(input: Input): void;
  /** Ends the connection as one that is of no use any more; that is no error. */
  drop(): void;
}

/** Time may have passed unseen, or the network be back: what is due is done, and a wait for the next attempt ends. */
export const hurry: Input = (engine, now) => {
  engine.handleTimeout(now);
  engine.retryNow(now);
};

/** In the place of what broke a connection: nothing did. */
const NOTHING_BROKE = 0;

/**
 * `onNotice` gets each output that is no work for the driver, with what broke the connection where an error came of
 * that. It must not throw.
 */
export function drive<Chunk = Uint8Array>(
  engine: Engine<Chunk | Uint8Array>,
  transport: Transport<Chunk | Uint8Array>,
  onNotice: (notice: Output, cause: unknown) => void,
): Driver {
  const now = (): number => performance.now();
  let close: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Acts on what comes of an input; the call that gives it stands as the argument. */
  const follow = (_input: void, cause?: unknown): void => {
    for (let output: Maybe<Output>; (output = engine.pollOutput()); ) {
      const { kind, text, number } = output;
      if (kind === DISCONNECT) disconnect();
      else if (kind === CONNECT) connect(text);
      else if (kind === WAKE_AT) {
        clearTimeout(timer);
        timer = setTimeout(() => follow(engine.handleTimeout(now())), number - now());
      } else if (kind !== ERROR || cause !== NOTHING_BROKE) onNotice(output, cause);
    }
    if (engine.status() === CLOSED) clearTimeout(timer);
  };

  const disconnect = (): void => {
    const last = close;
    close = undefined;
    last?.();
  };

  const lose = (cause?: unknown): void => {
    disconnect();
    follow(engine.handleDisconnected(now()), cause);
  };

  const connect = (lastEventId: string): void => {
    disconnect();
    // What a dropped connection still has to say must not be taken for the words of the next one.
    const own = (close = transport(lastEventId, {
      connected: (...answer) => {
        if (own === close) follow(engine.handleConnected(now(), ...answer));
      },
      bytes: (chunk) => {
        if (own === close) follow(engine.handleBytes(now(), chunk));
      },
      disconnected: (cause) => {
        if (own === close) lose(cause);
      },
    }));
  };

  return { act: (input) => follow(input(engine, now())), drop: () => lose(NOTHING_BROKE) };
}
