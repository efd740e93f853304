// Who changed the flags last. Only the history knows, so it is asked for the rows in sight, once for each change.

import { type Api, ApiError, type Flag } from '../api.js';
import { Store } from '../ui/store.js';

/** So many questions are under way at once. */
const AT_ONCE = 4;

export class Actors {
  /** By key and revision; empty where the history no longer has the change. */
  readonly known = new Store<ReadonlyMap<string, string>>(new Map());
  readonly #api: Api;
  #wanted: Flag[] = [];
  readonly #asking = new Set<string>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Asks for these flags, and no longer for what was wanted before and has not been begun. */
  want(flags: readonly Flag[]): void {
    this.#wanted = flags.filter((flag) => !this.known.get().has(nameOf(flag)) && !this.#asking.has(nameOf(flag)));
    this.#ask();
  }

  of(flag: Flag): string | undefined {
    return this.known.get().get(nameOf(flag));
  }

  #ask(): void {
    while (this.#asking.size < AT_ONCE) {
      const flag = this.#wanted.shift();
      if (!flag) return;
      void this.#askFor(flag);
    }
  }

  async #askFor(flag: Flag): Promise<void> {
    const name = nameOf(flag);
    this.#asking.add(name);
    try {
      const [last] = await this.#api.history(flag.key, 1);
      const actor = last?.revision === flag.revision ? last.actor : '';
      this.known.update((known) => new Map(known).set(name, actor));
    } catch (error) {
      // The history was cut, or the server is away: then it is asked again when the row is seen again.
      if ((error as ApiError).status === 404) this.known.update((known) => new Map(known).set(name, ''));
    } finally {
      this.#asking.delete(name);
      this.#ask();
    }
  }
}

function nameOf({ key, revision }: Flag): string {
  return `${key} ${revision}`;
}
