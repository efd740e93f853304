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
  | 'NATIVE_MODULE'
  | 'WASM';

/** What `init()` rejects with and what `error` listeners get. */
export class SidekickError extends Error {
  /** What went wrong, for programs. */
  declare readonly code: SidekickErrorCode;
  /** The HTTP status of the server's answer, where that is what went wrong. */
  declare readonly status: number | undefined;

  constructor(code: SidekickErrorCode, message: string, cause?: unknown, status?: number) {
    super(message, (cause && { cause }) as ErrorOptions);
    Object.assign(this, { name: 'SidekickError', code, status });
  }
}

/** What a thrown value says. */
export function reasonOf(thrown: unknown): string {
  return (thrown as Error | undefined)?.message ?? String(thrown);
}
