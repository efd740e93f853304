// What every binding of the core's sync engine offers to the driver. Types only: the meaning is the core's.

/** `ready`: the stream is up and the flags are current. `stale`: there are flags, but no stream that vouches for them. */
export type Status = 'connecting' | 'ready' | 'stale' | 'closed';

/** What may go wrong with a stream. The engine tries again after each of them. */
export type SyncErrorCode =
  | 'REFUSED'
  | 'UNEXPECTED_STATUS'
  | 'NOT_AN_EVENT_STREAM'
  | 'CONNECTION_FAILED'
  | 'CONNECTION_LOST'
  | 'SILENT'
  | 'INVALID_STREAM'
  | 'DIVERGED'
  | 'BEHIND'
  | 'TOO_LARGE';

/** A value or none: bindings differ in how they say none. */
export type Maybe<Value> = Value | null | undefined;

/** What the engine wants its host to do or to know. */
export type Output =
  | { kind: 'disconnect' }
  | { kind: 'connect'; lastEventId: Maybe<string> }
  | { kind: 'error'; code: SyncErrorCode; message: string; status: Maybe<number> }
  | { kind: 'flagsChanged'; keys: string[] }
  | { kind: 'statusChanged'; status: Status }
  | { kind: 'wakeAt'; at: number };

/**
 * The core's sync engine. Times are whole milliseconds of a monotonic clock.
 *
 * After each input the host takes all outputs; nothing but `importSnapshot` throws.
 */
export interface Engine {
  start(now: number): void;
  handleConnected(now: number, status: number, contentType: string | undefined, retryAfter: string | undefined): void;
  handleBytes(now: number, bytes: Uint8Array): void;
  handleDisconnected(now: number): void;
  handleTimeout(now: number): void;
  close(): void;
  pollOutput(): Maybe<Output>;
  status(): Status;
  /** The revision of the flags; 0 before the first ones. */
  revision(): number;
  /** All flags as a JSON array, sorted by key. */
  flagsJson(): string;
  /** The flags as a text that `importSnapshot` takes; nothing before the first ones. */
  exportSnapshot(): Maybe<string>;
  /** Whether the snapshot was taken; not, where the flags are newer. Throws where the text is no snapshot. */
  importSnapshot(text: string): boolean;
}
