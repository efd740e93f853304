// Questions to the engine about flags, in as few steps as there can be between a caller and WebAssembly.

import type { Attributes } from '../../shared/src/attributes.js';
import { decodeEvaluation, type Evaluation } from '../../shared/src/evaluation.js';
import { type Exchange, handleOf } from './exchange.js';

/** Stands where there is no flag of that key. */
const NO_FLAG = handleOf(0, 0, -1, 0, []);
/** So many keys are remembered: enough for a program's own, and not all that callers may make up. */
const MOST_KEYS = 9_999;
/** The reason that stands in packed answers which the engine did not give, beside 0 for a flag that is not known. */
const ERROR = 7;

/** The flags that were asked for, and the ways to ask. */
export class Questions {
  /** Callers often ask about one flag many times in a row. No flag has the empty key. */
  lastKey = '';
  last = NO_FLAG;
  /** By key. Another map whenever answers may have changed. */
  handles = new Map<string, typeof NO_FLAG>();
  #exchange: Exchange | undefined;

  /** There are other flags; at first, there is an engine. */
  renew(exchange = this.#exchange): void {
    this.#exchange = exchange;
    this.lastKey = '';
    this.last = NO_FLAG;
    this.handles = new Map();
  }

  /** The answer, packed as `decodeEvaluation` reads it; the default where there is none. Never throws. */
  ask(flagKey: string, userKey: unknown, attributes: Attributes | null | undefined, defaultValue: boolean): number {
    const fallback = Number(defaultValue === true);
    try {
      const flag = flagKey === this.lastKey ? this.last : this.#find(flagKey);
      if (flag === NO_FLAG) return fallback;
      const bits = flag.fixed < 0 ? this.#exchange!.evaluate(flag, userKey, attributes) : flag.fixed;
      if (bits >= 0) return bits;
    } catch {
      // A getter or a proxy of the caller's.
    }
    return (ERROR << 1) | fallback;
  }

  /** An answer in full. */
  explain(bits: number, flagKey: string): Evaluation {
    return decodeEvaluation(bits, isGiven(bits) ? this.#find(flagKey).revision : null);
  }

  #find(flagKey: string): typeof NO_FLAG {
    if (!this.#exchange || typeof flagKey !== 'string') return NO_FLAG;
    let flag = this.handles.get(flagKey);
    if (!flag) {
      flag = this.#exchange.resolve(flagKey) ?? NO_FLAG;
      if (this.handles.size < MOST_KEYS) this.handles.set(flagKey, flag);
    }
    this.lastKey = flagKey;
    this.last = flag;
    return flag;
  }
}

/** Whether the engine gave the answer. */
export function isGiven(bits: number): boolean {
  return ((bits >> 1) & 7) % ERROR > 0;
}
