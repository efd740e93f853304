// Follows the flags by our own SDK: the page is one more client of the stream.

import { SidekickBrowserClient, type Status } from '@sidekick-flags/browser';
import { type Flag, serverUrl } from '../api.js';
import { Store } from '../ui/store.js';
import { changedKeys, type Flags, next, NO_FLAGS, type OwnWrite } from './flag_set.js';

/** Changes that others made, as a mark beside the flags: the number grows with each, so that the same flag flashes again. */
export type Marks = ReadonlyMap<string, number>;

/** More changes at once than this are a replay or an import, and no news of single flags. */
const MOST_MARKS = 200;
/** Reading all flags takes as long as there are flags: between two readings the page has this many times as long for others. */
const REST = 4;

export class Follower {
  readonly flags = new Store<Flags>(NO_FLAGS);
  readonly status = new Store<Status>('connecting');
  readonly marks = new Store<Marks>(new Map());
  readonly #client: SidekickBrowserClient;
  readonly #own = new Map<string, OwnWrite>();
  /** Keys with a write of this page under way. */
  readonly #writing = new Map<string, number>();
  #isPlanned = false;
  #restsUntil = 0;

  /** `onRefused` is called when the server refuses the key. */
  constructor(key: string, onRefused: () => void) {
    this.#client = new SidekickBrowserClient(serverUrl(), key, { onError: ({ code }) => code === 'REFUSED' && onRefused() });
  }

  start(): void {
    this.#client.on('change', () => this.#plan());
    this.#client.on('status', (status) => {
      if (status === 'ready') this.#plan();
      this.status.set(status);
    });
    // What goes wrong shows in the status, and the client goes on by itself.
    this.#client.init().catch(() => undefined);
  }

  stop(): void {
    void this.#client.close();
  }

  /** Whether the stream is up; what is shown is current then. */
  get isCurrent(): boolean {
    return this.status.get() === 'ready';
  }

  /** Does a write to a flag, and shows what came of it without waiting for the stream. */
  async write<Written extends Flag | void>(key: string, send: () => Promise<Written>): Promise<Written> {
    this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
    try {
      const written = await send();
      this.#own.set(key, { flag: written ?? null, since: this.#client.revision });
      this.#read();
      return written;
    } finally {
      const left = this.#writing.get(key)! - 1;
      if (left > 0) this.#writing.set(key, left);
      else this.#writing.delete(key);
    }
  }

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    const rest = this.#restsUntil - performance.now();
    setTimeout(() => {
      this.#isPlanned = false;
      this.#read();
    }, Math.max(0, rest));
  }

  #read(): void {
    if (this.#client.status === 'connecting') return;
    const begin = performance.now();
    const before = this.flags.get();
    const after = next(before, this.#client.flags(), this.#client.revision, this.#own);
    if (before.loaded) this.#mark(changedKeys(before, after));
    this.flags.set(after);
    const end = performance.now();
    this.#restsUntil = end + REST * (end - begin);
  }

  #mark(keys: readonly string[]): void {
    const news = keys.filter((key) => !this.#writing.has(key) && !this.#own.has(key));
    if (news.length === 0 || news.length > MOST_MARKS) return;
    const marks = new Map(this.marks.get());
    for (const key of news) {
      const count = marks.get(key) ?? 0;
      marks.delete(key);
      marks.set(key, count + 1);
    }
    for (const key of marks.keys()) {
      if (marks.size <= MOST_MARKS) break;
      marks.delete(key);
    }
    this.marks.set(marks);
  }
}
