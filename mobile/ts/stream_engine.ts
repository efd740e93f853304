// The engine as a phone's driver sees it: at rest while the app is in the background, and on a new request before the text
// of the old one has grown. What a stream means, the engine behind it knows.

import {
  type Engine,
  ERROR,
  type Maybe,
  type Output,
  READY,
  STATUS_CHANGED,
  WAKE_AT,
} from '../../js/shared/src/engine.js';

/** What React Native gives of a stream: text by `XMLHttpRequest`, bytes by a `fetch` that streams. */
export type Chunk = string | Uint8Array;

/**
 * A request keeps all of its text as long as it lives, in JavaScript and on iOS in native code, too. From so many characters
 * on another one takes its place: below 1 MiB, with room for the last increment.
 */
export const LONGEST_TEXT = 1_000_000;

/** Takes the place of the driver's timer, and does nothing. */
const NO_TIMER: Output = { kind: WAKE_AT, text: '', number: 0 };

export class StreamEngine implements Engine<Chunk> {
  readonly #engine: Engine<Chunk>;
  #isResting = false;
  #hasTimer = false;
  /** It was to start while it rested. */
  #isLate = false;
  /** The characters that the request has brought, and those at which another one takes its place. */
  #taken = 0;
  #most = LONGEST_TEXT;
  /** When the last of them came. */
  #now = 0;
  /** One request takes another's place, and nothing of it is to be seen. */
  #isRolling = false;
  /** The loss of the old request is still to be told. */
  #isCut = false;
  /** The engine has told a status that nobody was told of. */
  #isOwing = false;

  constructor(engine: Engine<Chunk>) {
    this.#engine = engine;
  }

  /** Nothing is asked for and no timer runs until `wake`. Who holds the connection drops it. */
  rest(): void {
    this.#hasTimer = !this.#isResting;
    this.#isResting = true;
  }

  /** To be followed by what `hurry` does. */
  wake(): void {
    this.#isResting = false;
  }

  start(now: number): void {
    this.#isLate = this.#isResting;
    if (!this.#isLate) this.#engine.start(now);
  }

  handleConnected(now: number, status: number, contentType: string, retryAfter: string): void {
    this.#taken = 0;
    this.#most = LONGEST_TEXT;
    this.#engine.handleConnected(now, status, contentType, retryAfter);
  }

  handleBytes(now: number, bytes: Chunk): void {
    this.#now = now;
    if (typeof bytes === 'string') this.#taken += bytes.length;
    this.#engine.handleBytes(now, bytes);
  }

  handleDisconnected(now: number): void {
    this.#isRolling = false;
    this.#engine.handleDisconnected(now);
  }

  handleTimeout(now: number): void {
    if (this.#isResting) return;
    if (this.#isLate) this.start(now);
    // It also makes the engine name its moment anew, where that was held back.
    else this.#engine.handleTimeout(now);
  }

  retryNow(now: number): void {
    if (!this.#isResting) this.#engine.retryNow(now);
  }

  close(): void {
    this.#isRolling = false;
    this.#engine.close();
  }

  pollOutput(): Maybe<Output> {
    if (this.#hasTimer) {
      this.#hasTimer = false;
      return NO_TIMER;
    }
    for (let output: Maybe<Output>; (output = this.#engine.pollOutput()); ) {
      if (!this.#hides(output)) return output;
    }
    this.#isCut = false;
    if (this.#isOwing && !this.#isRolling) {
      this.#isOwing = false;
      return { kind: STATUS_CHANGED, text: '', number: this.#engine.status() };
    }
    // Only now, for what the text has changed is told first; and never while a replay makes the flags.
    if (this.#taken < this.#most || this.#engine.status() !== READY) return undefined;
    this.#taken = 0;
    this.#isRolling = this.#isCut = true;
    this.#engine.handleDisconnected(this.#now);
    this.#engine.retryNow(this.#now);
    return this.pollOutput();
  }

  status(): number {
    return this.#isRolling ? READY : this.#engine.status();
  }

  revision(): number {
    return this.#engine.revision();
  }

  flagsJson(): string {
    return this.#engine.flagsJson();
  }

  exportSnapshot(): string | undefined {
    return this.#engine.exportSnapshot();
  }

  importSnapshot(text: string): boolean {
    return this.#engine.importSnapshot(text);
  }

  #hides({ kind, number }: Output): boolean {
    if (kind === WAKE_AT) return this.#isResting;
    if (kind === ERROR) {
      // Another one than that which the roll-over brings is no secret, and ends it.
      if (!this.#isCut) this.#isRolling = false;
      return this.#isCut;
    }
    if (kind !== STATUS_CHANGED) return false;
    if (!this.#isRolling) {
      this.#isOwing = false;
      return false;
    }
    this.#isOwing = number !== READY;
    if (!this.#isOwing) {
      this.#isRolling = false;
      // Where the server does not resume, the replay alone may be as long: it must not be asked for again and again.
      this.#most = this.#taken + LONGEST_TEXT;
    }
    return true;
  }
}
