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

/** Saves what it reads, when it is told of changes. */
export interface SnapshotKeeper {
  /** Hands over what is stored, at once where the storage answers at once; else the promise tells the end. */
  load(take: (snapshot: string) => void): PromiseLike<void> | undefined;
  /** There is something to save, soon. */
  changed(): void;
  /** Saves a last time; done when that is. */
  close(): Promise<void>;
}

const SAVE_INTERVAL = 1_000;

export function keepSnapshots(
  storage: SnapshotStorage,
  read: () => string | undefined,
  onFailure: (error: SidekickError) => void,
): SnapshotKeeper {
  let last: string | undefined;
  let timer: Timer | undefined;
  let saving: Promise<void> | undefined;
  let hasChanged = false;
  let isClosed = false;

  const failed = (step: string) => (thrown: unknown): void =>
    onFailure(new SidekickError('STORAGE', `the storage cannot ${step} the flags: ${reasonOf(thrown)}`, thrown));

  const save = async (): Promise<void> => {
    hasChanged = false;
    const snapshot = read();
    if (snapshot === undefined || snapshot === last) return;
    try {
      await storage.save(snapshot);
      last = snapshot;
    } catch (thrown) {
      failed('save')(thrown);
    }
  };

  const changed = (): void => {
    hasChanged = true;
    if (isClosed || saving) return;
    timer ??= platform.setTimeout(() => {
      timer = undefined;
      saving = save().finally(() => {
        saving = undefined;
        if (hasChanged) changed();
      });
    }, SAVE_INTERVAL);
  };

  return {
    load(take) {
      const loaded = (snapshot: unknown): void => {
        if (typeof snapshot !== 'string') return;
        last = snapshot;
        take(snapshot);
      };
      try {
        const answer = storage.load();
        if (isPromise(answer)) return answer.then(loaded, failed('load'));
        loaded(answer);
      } catch (thrown) {
        failed('load')(thrown);
      }
      return undefined;
    },
    changed,
    async close() {
      isClosed = true;
      platform.clearTimeout(timer);
      if (saving) await saving;
      await save();
    },
  };
}
