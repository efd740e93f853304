// A small typed emitter: a listener that throws harms neither the others nor the one who emits.

import { isPromise } from './promises.js';

/** Takes one value; what it returns is ignored. */
export type Listener<Value> = (value: Value) => void;

/** `Map` names the events and the value that each carries. */
export class Events<Map extends object> {
  readonly #listeners = new globalThis.Map<keyof Map, Set<Listener<never>>>();
  readonly #waiting: (() => void)[] = [];
  readonly #onThrown: (event: keyof Map, thrown: unknown) => void;
  #isEmitting = false;

  /** `onThrown` hears what listeners throw. */
  constructor(onThrown: (event: keyof Map, thrown: unknown) => void) {
    this.#onThrown = onThrown;
  }

  /** Listens from now on; the same function only once. Returns what ends it. */
  on<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(event, listeners);
    return () => this.off(event, listener);
  }

  /** Ends it. */
  off<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** Whether anybody listens. */
  has(event: keyof Map): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }

  /** Tells those who listen now. What a listener emits in turn comes after it, so that all hear the same order. */
  emit<Event extends keyof Map>(event: Event, value: Map[Event]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      this.#waiting.push(() => this.#tell(event, listener as Listener<Map[Event]>, value));
    }
    if (this.#isEmitting) return;
    this.#isEmitting = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    this.#isEmitting = false;
  }

  #tell<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>, value: Map[Event]): void {
    // One that was taken off in the meantime is not told any more.
    if (this.#listeners.get(event)?.has(listener) !== true) return;
    try {
      const outcome: unknown = listener(value);
      // An async listener that fails would else be an unhandled rejection.
      if (isPromise(outcome)) outcome.then(undefined, (thrown: unknown) => this.#onThrown(event, thrown));
    } catch (thrown) {
      this.#onThrown(event, thrown);
    }
  }
}
