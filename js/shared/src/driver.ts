// Moves bytes and timers between an engine and a transport. What they mean, the engine knows.

import type { Engine, Output } from './engine.js';
import { now, platform, type Timer } from './platform.js';
import type { Connection, Transport } from './transport.js';

/** An output that is no work for the driver. */
export type Notice = Exclude<Output, { kind: 'disconnect' | 'connect' | 'wakeAt' }>;

/** One engine at one transport. */
export class Driver {
  readonly #engine: Engine;
  readonly #transport: Transport;
  readonly #onNotice: (notice: Notice, cause: unknown) => void;
  #connection: Connection | undefined;
  /** Counts connections, so that each knows whether it is still the one. */
  #attempt = 0;
  #timer: Timer | undefined;
  readonly #notices: { notice: Notice; cause: unknown }[] = [];
  #isTelling = false;

  /** `onNotice` also gets what broke the connection, where an error came of that. It must not throw. */
  constructor(engine: Engine, transport: Transport, onNotice: (notice: Notice, cause: unknown) => void) {
    this.#engine = engine;
    this.#transport = transport;
    this.#onNotice = onNotice;
  }

  start(): void {
    this.#engine.start(now());
    this.#takeOutputs();
  }

  close(): void {
    this.#engine.close();
    this.#takeOutputs();
    platform.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Whether the snapshot was taken. Throws where the text is no snapshot. */
  importSnapshot(text: string): boolean {
    const isTaken = this.#engine.importSnapshot(text);
    this.#takeOutputs();
    return isTaken;
  }

  #takeOutputs(cause?: unknown): void {
    for (let output = this.#engine.pollOutput(); output; output = this.#engine.pollOutput()) {
      switch (output.kind) {
        case 'disconnect':
          this.#disconnect();
          break;
        case 'connect':
          this.#connect(output.lastEventId ?? undefined);
          break;
        case 'wakeAt':
          this.#wakeAt(output.at);
          break;
        case 'flagsChanged':
          // Before all others: what is kept of the old flags must be gone when anybody hears of anything.
          this.#notices.unshift({ notice: output, cause });
          break;
        default:
          this.#notices.push({ notice: output, cause });
      }
    }
    this.#tell();
  }

  /** Who hears of something may give the engine its next input; what comes of that is told after what waits. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#notices.shift(); next !== undefined; next = this.#notices.shift()) {
      this.#onNotice(next.notice, next.cause);
    }
    this.#isTelling = false;
  }

  #disconnect(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#attempt += 1;
    connection?.close();
  }

  #connect(lastEventId: string | undefined): void {
    this.#disconnect();
    const attempt = this.#attempt;
    // What a dropped connection still has to say must not be taken for the words of the next one.
    const hear = (input: () => void, cause?: unknown): void => {
      if (attempt !== this.#attempt) return;
      input();
      this.#takeOutputs(cause);
    };
    this.#connection = this.#transport.connect(lastEventId, {
      connected: (status, contentType, retryAfter) =>
        hear(() => this.#engine.handleConnected(now(), status, contentType, retryAfter)),
      bytes: (chunk) => hear(() => this.#engine.handleBytes(now(), chunk)),
      disconnected: (cause) =>
        hear(() => {
          this.#disconnect();
          this.#engine.handleDisconnected(now());
        }, cause),
    });
  }

  #wakeAt(at: number): void {
    platform.clearTimeout(this.#timer);
    this.#timer = platform.setTimeout(() => {
      this.#timer = undefined;
      this.#engine.handleTimeout(now());
      this.#takeOutputs();
    }, Math.max(0, at - now()));
  }
}
