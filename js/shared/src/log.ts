// What a client says where nobody listens: each trouble once, until the stream is up again.

import type { SidekickError } from './errors.js';
import { platform } from './platform.js';

/** `console` is one, and so are the loggers of pino and winston. */
export interface Logger {
  warn(message: string): void;
}

/** Writes to a logger, with a memory of what it has said. */
export class Log {
  readonly #logger: Logger;
  readonly #said = new Set<string>();

  constructor(logger: Logger = platform.console) {
    this.#logger = logger;
  }

  /** Tries go on for as long as a server is away; one line a kind of trouble is enough for a person. */
  trouble({ code, message }: SidekickError): void {
    if (!this.#said.has(code)) this.warn(`${code}: ${message}`);
    this.#said.add(code);
  }

  /** All is well: from now on every trouble is news. */
  allIsWell(): void {
    this.#said.clear();
  }

  warn(message: string): void {
    try {
      this.#logger.warn(`sidekick: ${message}`);
    } catch {
      // There is nobody left to tell.
    }
  }
}
