// A small typed emitter: a listener that throws harms neither the others nor the one who emits.

/** Takes one value; what it returns is ignored. */
export type Listener<Value> = (value: Value) => void;

/** `Map` names the events and the value that each carries. */
export abstract class Emitter<Map extends object> {
  readonly #listeners: { [Event in keyof Map]?: Set<Listener<Map[Event]>> } = {};

  /** Listens from now on; the same function only once. Returns what ends it. */
  on<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>): () => void {
    this.#heard(event).add(listener);
    return () => this.off(event, listener);
  }

  /** Ends what `on` began. */
  off<Event extends keyof Map>(event: Event, listener: Listener<Map[Event]>): void {
    this.#heard(event).delete(listener);
  }

  /** Hears what a listener throws. */
  protected abstract thrown(thrown: unknown): void;

  /**
   * Tells those who listen now, as soon as the code that runs is done: so all hear the same order, whatever a listener
   * does. Gives their number.
   */
  protected emit<Event extends keyof Map>(event: Event, value: Map[Event]): number {
    const listeners = this.#heard(event);
    for (const listener of listeners) {
      Promise.resolve()
        // One that was taken off in the meantime is not told any more. What one that is asynchronous throws comes here too.
        .then(() => listeners.has(listener) && (listener(value) as unknown))
        .catch((thrown) => this.thrown(thrown));
    }
    return listeners.size;
  }

  #heard<Event extends keyof Map>(event: Event): Set<Listener<Map[Event]>> {
    return (this.#listeners[event] ??= new Set());
  }
}
