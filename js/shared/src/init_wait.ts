// One wait for flags: the promise of `init()`, with its time limit.

import { platform, type Timer } from './platform.js';

/** Settles once; every later word is ignored. */
export class InitWait {
  readonly promise: Promise<void>;
  readonly #timer: Timer;
  #state: 'pending' | 'fulfilled' | 'rejected' = 'pending';
  #settle!: { resolve: () => void; reject: (error: Error) => void };

  /** Rejects with what `late` gives when the time is over. */
  constructor(limit: number, late: () => Error) {
    this.promise = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // A caller who doesn't wait is no caller who forgot to catch: errors are told as events too.
    this.promise.catch(() => undefined);
    this.#timer = platform.setTimeout(() => this.reject(late()), limit);
  }

  /** Known at once; the promise's own handlers run later. */
  get isRejected(): boolean {
    return this.#state === 'rejected';
  }

  resolve(): void {
    if (this.#end('fulfilled')) this.#settle.resolve();
  }

  reject(error: Error): void {
    if (this.#end('rejected')) this.#settle.reject(error);
  }

  #end(state: 'fulfilled' | 'rejected'): boolean {
    if (this.#state !== 'pending') return false;
    this.#state = state;
    platform.clearTimeout(this.#timer);
    return true;
  }
}
