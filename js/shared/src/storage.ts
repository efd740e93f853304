// Keeps the last-known flags somewhere durable: at most once a second, one save at a time, and a last time at the end.

import { reasonOf } from './errors.js';

/** Where a caller keeps a snapshot. Either may be asynchronous; what they throw becomes a STORAGE error. */
export interface SnapshotStorage {
  /** What was saved last; null or undefined where there is nothing. */
  load(): string | null | undefined | Promise<string | null | undefined>;
  /** Replaces it. */
  save(snapshot: string): void | Promise<void>;
}

/** Saves what it reads, when it is told of changes. */
export interface SnapshotKeeper {
  /** What is stored, if it is a text. */
  stored(): Promise<string | undefined>;
  /** Gives it to `take`. Done when that is, or after a second: a storage that hangs must not keep everything waiting. */
  restore(take: (stored: string | undefined) => void): Promise<unknown>;
  /** There is something to save, soon. */
  changed(): void;
  /** Saves a last time; done when that is. */
  end(): Promise<void>;
}

const SAVE_INTERVAL = 1_000;
const LOAD_PATIENCE = 1_000;

/** Whose snapshots are kept. */
export interface Owner {
  snapshot(): string | undefined;
  report(code: 'STORAGE', message: string, cause: unknown): void;
}

export function keepSnapshots(owner: Owner, storage: SnapshotStorage): SnapshotKeeper {
  let last: string | null | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let saving: Promise<void> | undefined;

  const attempt = async <Value>(step: string, act: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await act();
    } catch (thrown) {
      owner.report('STORAGE', `the storage cannot ${step} the flags: ${reasonOf(thrown)}`, thrown);
      return undefined;
    }
  };

  const end = (): Promise<void> => {
    const before = saving;
    clearTimeout(timer);
    timer = undefined;
    return (saving = attempt('save', async () => {
      await before;
      const snapshot = owner.snapshot();
      if (!snapshot || snapshot === last) return;
      await storage.save(snapshot);
      last = snapshot;
    }));
  };

  const stored = (): Promise<string | undefined> =>
    attempt('load', async () => {
      last = await storage.load();
      return typeof last === 'string' ? last : undefined;
    });

  return {
    stored,
    restore: (take) => Promise.race([stored().then(take), new Promise((resolve) => setTimeout(resolve, LOAD_PATIENCE))]),
    changed() {
      timer ??= setTimeout(end, SAVE_INTERVAL);
    },
    end,
  };
}
