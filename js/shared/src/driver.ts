// Moves bytes and timers between an engine and a transport. What they mean, the engine knows.

import { CONNECT, DISCONNECT, type Engine, ERROR, type Output, WAKE_AT } from './engine.js';
import { now, platform, type Timer } from './platform.js';
import type { Transport } from './transport.js';

/** One engine at one transport. */
export interface Driver {
  start(): void;
  close(): void;
  /** Throws where the text is no snapshot. */
  importSnapshot(text: string): void;
  /** Time may have passed unseen, or the network be back: what is due is done, and a wait for the next attempt ends. */
  hurry(): void;
  /** The connection is of no use any more: it is ended, and that is no error. */
  drop(): void;
}

/** In the place of what broke a connection: nothing did. */
const NOTHING_BROKE = 0;

/**
 * `onNotice` gets each output that is no work for the driver, with what broke the connection where an error came of
 * that; and nothing, when for now there is no more. It must not throw.
 */
export function drive(
  engine: Engine,
  transport: Transport,
  onNotice: (notice?: Output, cause?: unknown) => void,
): Driver {
  let close: (() => void) | undefined;
  /** Counts connections, so that each knows whether it is still the one. */
  let attempt = 0;
  let timer: Timer | undefined;

  const takeOutputs = (cause?: unknown): void => {
    for (let output = engine.pollOutput(); output; output = engine.pollOutput()) {
      const { kind, text, number } = output;
      if (kind === DISCONNECT) disconnect();
      else if (kind === CONNECT) connect(text);
      else if (kind === WAKE_AT) wakeAt(number);
      else if (kind !== ERROR || cause !== NOTHING_BROKE) onNotice(output, cause);
    }
    onNotice();
  };

  const disconnect = (): void => {
    const last = close;
    close = undefined;
    attempt += 1;
    last?.();
  };

  const lose = (cause?: unknown): void => {
    disconnect();
    engine.handleDisconnected(now());
    takeOutputs(cause);
  };

  const connect = (lastEventId: string): void => {
    disconnect();
    const own = attempt;
    close = transport(lastEventId, {
      // What a dropped connection still has to say must not be taken for the words of the next one.
      connected: (status, contentType, retryAfter) => {
        if (own !== attempt) return;
        engine.handleConnected(now(), status, contentType, retryAfter);
        takeOutputs();
      },
      bytes: (chunk) => {
        if (own !== attempt) return;
        engine.handleBytes(now(), chunk);
        takeOutputs();
      },
      disconnected: (cause) => {
        if (own === attempt) lose(cause);
      },
    });
  };

  const wakeAt = (at: number): void => {
    platform.clearTimeout(timer);
    timer = platform.setTimeout(() => {
      engine.handleTimeout(now());
      takeOutputs();
    }, at - now());
  };

  return {
    start: () => {
      engine.start(now());
      takeOutputs();
    },
    close: () => {
      engine.close();
      takeOutputs();
      platform.clearTimeout(timer);
    },
    importSnapshot: (text) => {
      engine.importSnapshot(text);
      takeOutputs();
    },
    hurry: () => {
      engine.handleTimeout(now());
      engine.retryNow(now());
      takeOutputs();
    },
    drop: () => lose(NOTHING_BROKE),
  };
}
