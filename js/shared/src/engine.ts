// What every binding of the core's sync engine offers to the driver. The meaning is the core's.

/** `ready`: the stream is up and the flags are current. `stale`: there are flags, but no stream that vouches for them. */
export type Status = 'connecting' | 'ready' | 'stale' | 'closed';

/** The statuses by the numbers that engines have for them. */
export const STATUSES: readonly Status[] = ['connecting', 'ready', 'stale', 'closed'];
export const READY = 1;
export const CLOSED = 3;

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

/** What an output asks for or tells. */
export type OutputKind =
  | typeof DISCONNECT
  | typeof CONNECT
  | typeof ERROR
  | typeof FLAGS_CHANGED
  | typeof STATUS_CHANGED
  | typeof WAKE_AT;

/** Drop the connection. */
export const DISCONNECT = 1;
/** Open the stream. Text: the last event id, empty where there is none. */
export const CONNECT = 2;
/** Something failed. Text: a `SyncErrorCode`, a space, a message. Number: the HTTP status, or 0. */
export const ERROR = 3;
/** Answers may have changed. Text: the keys of the flags, sorted, with commas between. */
export const FLAGS_CHANGED = 4;
/** The status is another. Number: its place among `STATUSES`. */
export const STATUS_CHANGED = 5;
/** Call `handleTimeout` at this time. Number: the time. */
export const WAKE_AT = 6;

/** What the engine wants its host to do or to know. What the kind does not name means nothing. */
export interface Output {
  readonly kind: OutputKind;
  readonly text: string;
  readonly number: number;
}

/**
 * The core's sync engine. Times are milliseconds of a monotonic clock.
 *
 * After each input the host takes all outputs; nothing but `importSnapshot` throws. `Chunk` is what it takes of a stream:
 * bytes, or text as well, of one stream always the same.
 */
export interface Engine<Chunk = Uint8Array> {
  start(now: number): void;
  /** With the headers of the answer; empty where there is none. */
  handleConnected(now: number, status: number, contentType: string, retryAfter: string): void;
  handleBytes(now: number, bytes: Chunk): void;
  handleDisconnected(now: number): void;
  handleTimeout(now: number): void;
  /** Ends a wait for the next attempt, where the server did not ask for it. */
  retryNow(now: number): void;
  close(): void;
  pollOutput(): Maybe<Output>;
  /** The place of the status among `STATUSES`. */
  status(): number;
  /** The revision of the flags; 0 before the first ones. */
  revision(): number;
  /** All flags as a JSON array, sorted by key. */
  flagsJson(): string;
  /** The flags as a text that `importSnapshot` takes; nothing before the first ones. */
  exportSnapshot(): string | undefined;
  /** Whether the snapshot was taken; not, where the flags are newer. Throws where the text is no snapshot. */
  importSnapshot(text: string): boolean;
}
