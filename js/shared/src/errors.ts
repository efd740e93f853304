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
  | 'STORAGE'
  | 'WASM';

/** What `init()` rejects with and what `error` listeners get. */
export class SidekickError extends Error {
  override readonly name = 'SidekickError';

  /** What went wrong, for programs. */
  readonly code: SidekickErrorCode;
  /** The HTTP status of the server's answer, where that is what went wrong. */
  readonly status: number | undefined;

  constructor(code: SidekickErrorCode, message: string, cause?: unknown, status?: number) {
    super(message, cause === undefined ? cause : { cause });
    this.code = code;
    this.status = status;
  }
}

/** What a thrown value says, down to its first cause: `fetch failed` alone helps nobody. */
export function reasonOf(thrown: unknown): string {
  const words = new Set<unknown>();
  // Bounded, for causes may lead in a circle.
  for (let depth = 0, at = thrown as Failure; depth < 5 && at; depth += 1, at = at.cause as Failure) {
    // Node leaves the message of several failed attempts empty.
    words.add(at.message || at.code || `${at}`);
  }
  return [...words].join(': ');
}

type Failure = { message?: unknown; code?: unknown; cause?: unknown } | null | undefined;
