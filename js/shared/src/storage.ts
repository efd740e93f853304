// Keeps the last-known flags somewhere durable: at most once a second, one save at a time, and a last time at the end.

import { reasonOf, SidekickError } from './errors.js';
import { platform, type Timer } from './platform.js';
import { isPromise } from './promises.js';

/** Where a caller keeps a snapshot. Either may be asynchronous; what they throw becomes a STORAGE error. */
export interface SnapshotStorage {
  /** What was saved last; null or undefined where there is nothing. */
  load(): string | null | undefined | Promise<string | null | undefined>;
  /** Replaces it. */
  save(snapshot: string): void | Promise<void>;
}

const SAVE_INTERVAL = 1_000;

/** Saves what `read` gives, when it is told of changes. */
export class SnapshotKeeper {
  readonly #storage: SnapshotStorage;
  readonly #read: () => string | undefined;
  readonly #onFailure: (error: SidekickError) => void;
  #last: string | undefined;
  #timer: Timer | undefined;
  #saving: Promise<void> | undefined;
  #hasChanged = false;
  #isClosed = false;

  constructor(storage: SnapshotStorage, read: () => string | undefined, onFailure: (error: SidekickError) => void) {
    this.#storage = storage;
    this.#read = read;
    this.#onFailure = onFailure;
  }

  /** Hands over what is stored, at once where the storage answers at once; else the promise tells the end. */
  load(take: (snapshot: string) => void): Promise<void> | undefined {
    const loaded = (snapshot: unknown): void => {
      if (typeof snapshot !== 'string') return;
      this.#last = snapshot;
      take(snapshot);
    };
    const failed = (thrown: unknown): void => this.#fail('load', thrown);
    try {
      const answer = this.#storage.load();
      if (isPromise(answer)) return Promise.resolve(answer).then(loaded).catch(failed);
      loaded(answer);
    } catch (thrown) {
      failed(thrown);
    }
    return undefined;
  }

  /** There is something to save, soon. */
  changed(): void {
    this.#hasChanged = true;
    if (this.#isClosed || this.#saving !== undefined) return;
    this.#timer ??= platform.setTimeout(() => {
      this.#timer = undefined;
      this.#saving = this.#save().finally(() => {
        this.#saving = undefined;
        if (this.#hasChanged) this.changed();
      });
    }, SAVE_INTERVAL);
  }

  /** Saves a last time; done when that is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    platform.clearTimeout(this.#timer);
    if (this.#saving !== undefined) await this.#saving;
    await this.#save();
  }

  async #save(): Promise<void> {
    this.#hasChanged = false;
    const snapshot = this.#read();
    if (snapshot === undefined || snapshot === this.#last) return;
    try {
      await this.#storage.save(snapshot);
      this.#last = snapshot;
    } catch (thrown) {
      this.#fail('save', thrown);
    }
  }

  #fail(step: 'load' | 'save', thrown: unknown): void {
    this.#onFailure(new SidekickError('STORAGE', `the storage could not ${step} the flags: ${reasonOf(thrown)}`, { cause: thrown }));
  }
}
