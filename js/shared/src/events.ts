// A small typed emitter: a listener that throws harms neither the others nor the one who emits.

import { isPromise } from './promises.js';

/** Takes one value; what it returns is ignored. */
export type Listener<Value> = (value: Value) => void;

/** `Map` names the events and the value that each carries. */
export abstract class Emitter<Map extends object> {
  readonly #listeners = new globalThis.Map<keyof Map, Set<Listener<never>>>();
  readonly #waiting: (() => void)[] = [];
  #isTelling = false;

  /** Listens from now on; the same function only once. Returns what ends it. */
  on<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>): () => void {
    this.#listeners.set(event, this.#heard(event).add(listener));
    return () => this.off(event, listener);
  }

  /** Ends what `on` began. */
  off<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>): void {
    this.#heard(event).delete(listener);
  }

  /** Hears what a listener throws. */
  protected abstract thrown(event: keyof Map, thrown: unknown): void;

  /** Whether anybody listens. */
  protected hears(event: keyof Map): boolean {
    return this.#heard(event).size > 0;
  }

  /** What those who listen now are to be told with the next `tell`. */
  protected emit<Event extends keyof Map>(event: Event, value: Map[Event]): void {
    for (const listener of this.#heard(event)) {
      this.#waiting.push(() => this.#tell(event, listener as Listener<Map[Event]>, value));
    }
  }

  /** Tells what was emitted. What is emitted meanwhile comes after it, so that all hear the same order. */
  protected tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next();
    this.#isTelling = false;
  }

  #heard(event: keyof Map): Set<Listener<never>> {
    return this.#listeners.get(event) ?? new Set();
  }

  #tell<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>, value: Map[Event]): void {
    // One that was taken off in the meantime is not told any more.
    if (!this.#heard(event).has(listener)) return;
    const failed = (thrown: unknown): void => this.thrown(event, thrown);
    try {
      const outcome: unknown = listener(value);
      // An async listener that fails would else be an unhandled rejection.
      if (isPromise(outcome)) outcome.then(undefined, failed);
    } catch (thrown) {
      failed(thrown);
    }
  }
}
