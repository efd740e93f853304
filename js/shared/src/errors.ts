// The one error type of the clients, and the words for what lies behind a failed connection.

import type { SyncErrorCode } from './engine.js';

/** What went wrong. */
export type SidekickErrorCode =
  | SyncErrorCode
  | 'INIT_TIMEOUT'
  | 'INVALID_URL'
  | 'INVALID_HEADER'
  | 'INVALID_SNAPSHOT'
  | 'CLOSED'
  | 'STORAGE';

/** What `init()` rejects with and what `error` listeners get. */
export class SidekickError extends Error {
  override readonly name = 'SidekickError';

  /** What went wrong, for programs. */
  readonly code: SidekickErrorCode;
  /** The HTTP status of the server's answer, where that is what went wrong. */
  readonly status: number | undefined;

  constructor(code: SidekickErrorCode, message: string, details: { cause?: unknown; status?: number | undefined } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
  }
}

/** What a thrown value says, down to its first cause: `fetch failed` alone helps nobody. */
export function reasonOf(thrown: unknown): string {
  const words: string[] = [];
  // Bounded, for causes may lead in a circle.
  for (let depth = 0, at = thrown; depth < 5 && at !== undefined && at !== null; depth += 1) {
    const { message, code, cause } = at as { message?: unknown; code?: unknown; cause?: unknown };
    // Node leaves the message of several failed attempts empty.
    const word = [message, code, at].find((text) => typeof text === 'string' && text !== '') as string | undefined;
    if (word !== undefined && !words.includes(word)) words.push(word);
    at = cause;
  }
  return words.join(': ');
}
