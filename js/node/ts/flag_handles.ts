// The handles of the flags that were asked for, by key. A changed flag is forgotten and resolved anew when asked for.

import { Frame } from './frame.js';
import type { NativeClient } from './native.js';

/** One class for all, so that every evaluation sees objects of one shape. */
export class FlagHandle {
  readonly slot: number;
  readonly generation: number;
  /** The packed answer where it is the same for everyone, else -1. */
  readonly fixed: number;
  readonly revision: number;
  readonly attributes: readonly string[];

  constructor(slot: number, generation: number, fixed: number, revision: number, attributes: readonly string[]) {
    this.slot = slot;
    this.generation = generation;
    this.fixed = fixed;
    this.revision = revision;
    this.attributes = attributes;
  }
}

/** So many keys that no flag has are kept: enough for a program's own, and not all that callers may make up. */
const MOST_UNKNOWN = 1_000;

/** Stands where there is no handle: the engine finds no flag there. */
const NO_FLAG = new FlagHandle(-1, 0, -1, 0, []);

/** What the evaluations of one client share. */
export class FlagHandles {
  readonly native: NativeClient;
  readonly frame: Frame;
  /** Counts what may have changed answers. */
  version = 0;
  /** Callers often ask about one flag many times in a row. No flag has the empty key. */
  lastKey = '';
  last = NO_FLAG;
  private readonly known = new Map<string, FlagHandle>();
  private readonly unknown = new Set<string>();
  private users = 0;

  constructor(native: NativeClient) {
    this.native = native;
    this.frame = new Frame(native.frame);
  }

  /** The handle of a flag; none where there is no such flag. */
  get(flagKey: string): FlagHandle | undefined {
    return flagKey === this.lastKey ? this.last : this.find(flagKey);
  }

  /** For a handle that turned out to be of flags that have changed since. */
  renew(flagKey: string): FlagHandle | undefined {
    this.known.delete(flagKey);
    return this.find(flagKey);
  }

  /** A number that no other bound user has. */
  nextUser(): number {
    this.users += 1;
    return this.users;
  }

  forget(flagKeys: readonly string[]): void {
    this.version += 1;
    this.lastKey = '';
    this.last = NO_FLAG;
    this.unknown.clear();
    for (const flagKey of flagKeys) this.known.delete(flagKey);
  }

  private find(flagKey: string): FlagHandle | undefined {
    const handle = this.known.get(flagKey) ?? (this.unknown.has(flagKey) ? undefined : this.resolve(flagKey));
    // A key that is no string finds nothing, and must not make V8 expect others of its kind.
    this.lastKey = handle === undefined ? '' : flagKey;
    this.last = handle ?? NO_FLAG;
    return handle;
  }

  /** Asks the engine. */
  private resolve(flagKey: string): FlagHandle | undefined {
    const found = this.native.resolve(flagKey);
    if (!found) {
      if (this.unknown.size < MOST_UNKNOWN) this.unknown.add(flagKey);
      return undefined;
    }
    const handle = new FlagHandle(found.slot, found.generation, found.fixed, found.revision, found.attributes);
    this.known.set(flagKey, handle);
    return handle;
  }
}
