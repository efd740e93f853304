// What a client says where nobody listens: each trouble once, until the stream is up again.

import { reasonOf, type SidekickError } from './errors.js';
import { platform } from './platform.js';

/** `console` is one, and so are the loggers of pino and winston. */
export interface Logger {
  warn(message: string): void;
}

/** Writes to a logger, with a memory of what it has said. */
export class Log {
  readonly #logger: Logger;
  readonly #said = new Set<string>();

  constructor(logger: Logger | undefined) {
    this.#logger = logger ?? platform.console;
  }

  /** Tries go on for as long as a server is away; one line a kind of trouble is enough for a person. */
  trouble(error: SidekickError): void {
    if (this.#said.has(error.code)) return;
    this.#said.add(error.code);
    this.#warn(`${error.code}: ${error.message}`);
  }

  /** All is well: from now on every trouble is news. */
  allIsWell(): void {
    this.#said.clear();
  }

  /** What a listener threw. */
  thrown(event: string, thrown: unknown): void {
    const { stack } = (thrown ?? {}) as { stack?: unknown };
    this.#warn(`a listener of "${event}" threw: ${typeof stack === 'string' ? stack : reasonOf(thrown)}`);
  }

  #warn(message: string): void {
    try {
      this.#logger.warn(`sidekick: ${message}`);
    } catch {
      // There is nobody left to tell.
    }
  }
}
