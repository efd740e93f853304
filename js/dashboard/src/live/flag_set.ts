// All flags as the page shows them: what the stream says, and on top of it this page's own writes until the stream has them.

import type { Flag } from '../api.js';

/** One state of the flags; another one is another object. Flags that did not change are the same objects as before. */
export interface Flags {
  /** By key. */
  readonly all: readonly Flag[];
  readonly byKey: ReadonlyMap<string, Flag>;
  /** False before the first flags are there. */
  readonly loaded: boolean;
}

export const NO_FLAGS: Flags = { all: [], byKey: new Map(), loaded: false };

/** A write of this page that was answered: the flag, or null where it was deleted. `since` is the stream's revision then. */
export interface OwnWrite {
  readonly flag: Flag | null;
  readonly since: number;
}

/** The next state. Writes that the stream has by now are taken out of `own`. */
export function next(before: Flags, streamed: readonly Flag[], revision: number, own: Map<string, OwnWrite>): Flags {
  const byKey = new Map<string, Flag>();
  for (const flag of streamed) {
    const known = before.byKey.get(flag.key);
    // Another history may have the same revision for another content.
    const isSame = known?.revision === flag.revision && known.updated_at === flag.updated_at;
    byKey.set(flag.key, isSame ? known : flag);
  }
  let isSorted = true;
  for (const [key, { flag, since }] of own) {
    const isStreamed = flag ? revision >= flag.revision || revision < since : revision !== since;
    if (isStreamed) {
      own.delete(key);
    } else if (flag) {
      isSorted &&= byKey.has(key);
      byKey.set(key, flag);
    } else {
      byKey.delete(key);
    }
  }
  const all = [...byKey.values()];
  if (!isSorted) all.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { all, byKey, loaded: true };
}

/** The keys whose flags differ between two states. */
export function changedKeys(before: Flags, after: Flags): string[] {
  const changed = after.all.filter((flag) => before.byKey.get(flag.key) !== flag).map(({ key }) => key);
  const gone = before.all.filter(({ key }) => !after.byKey.has(key)).map(({ key }) => key);
  return [...changed, ...gone];
}
