// The flags that were asked for, by key. A changed flag is forgotten and found anew when it is asked for.
//
// Here and wherever a question passes, fields are private to the compiler alone: for older engines, React Native makes a
// function call of each access to a `#field`.

import { writtenFor } from './ask.js';
import type { NativeClient, NativeFlag } from './native.js';
import type { Written } from './written.js';

/** A flag, or what stands for a key that no flag has. */
export interface FlagHandle extends Omit<NativeFlag, 'revision'> {
  readonly revision: number | null;
}

/** So many keys are remembered: enough for an app's own, and not all that callers may make up. */
const MOST_KEYS = 9_999;

/** Answers the caller's default, for the reason FLAG_NOT_FOUND. */
const NO_FLAG: FlagHandle = {
  fixed: -1,
  revision: null,
  attributes: [],
  evaluate: (_userKey, _attributes, defaultValue) => Number(defaultValue === true),
};

/** What the evaluations of one client share. */
export class FlagHandles {
  readonly native: NativeClient | undefined;
  readonly written: Written | undefined;
  /** Counts what may have changed answers. */
  version = 0;
  /** Callers often ask about one flag many times in a row. No flag has the empty key. */
  private lastKey = '';
  private last = NO_FLAG;
  private readonly known = new Map<string, FlagHandle>();
  /** The keys among them that no flag has. */
  private readonly unknown = new Set<string>();

  /** Without an engine there are no flags. */
  constructor(native: NativeClient | undefined) {
    this.native = native;
    this.written = native && writtenFor(native);
  }

  /** Never throws. */
  get(flagKey: string): FlagHandle {
    return flagKey === this.lastKey ? this.last : this.find(flagKey);
  }

  forget(flagKeys: readonly string[]): void {
    this.version += 1;
    this.lastKey = '';
    this.last = NO_FLAG;
    for (const flagKey of [...flagKeys, ...this.unknown]) this.known.delete(flagKey);
    this.unknown.clear();
  }

  private find(flagKey: string): FlagHandle {
    if (this.native === undefined || typeof flagKey !== 'string') return NO_FLAG;
    let handle = this.known.get(flagKey);
    if (handle === undefined) {
      handle = this.native.resolve(flagKey) ?? NO_FLAG;
      if (this.known.size < MOST_KEYS) {
        this.known.set(flagKey, handle);
        if (handle === NO_FLAG) this.unknown.add(flagKey);
      }
    }
    this.lastKey = flagKey;
    return (this.last = handle);
  }
}
