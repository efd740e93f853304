// Questions to the engine about flags, in as few steps as there can be between a caller and WebAssembly.

import { type Attributes, textOf } from '../../shared/src/attributes.js';
import { decodeEvaluation, type Evaluation } from '../../shared/src/evaluation.js';
import { type Exchange, FIXED, GENERATION, SLOT } from './exchange.js';

/** What is known of a flag key. One class for all, so that every evaluation sees objects of one shape. */
class FlagHandle {
  readonly slot: number;
  readonly generation: number;
  /** The packed answer where it is the same for everyone, else -1. */
  readonly fixed: number;
  readonly revision: number;
  /** The attributes that its rules read. */
  readonly attributes: readonly string[];

  constructor(slot: number, generation: number, fixed: number, revision: number, attributes: readonly string[]) {
    this.slot = slot;
    this.generation = generation;
    this.fixed = fixed;
    this.revision = revision;
    this.attributes = attributes;
  }
}

/** Stands where there is no flag of that key. */
const NO_FLAG = new FlagHandle(-1, 0, -1, 0, []);
/** So many keys are remembered: enough for a program's own, and not all that callers may make up. */
const MOST_KEYS = 10_000;
/** The reason that stands in packed answers which the engine did not give, beside 0 for a flag that is not known. */
const ERROR = 7;

/** The handles of the flags that were asked for, and the ways to ask. */
export class Questions {
  /** Callers often ask about one flag many times in a row. No flag has the empty key. */
  lastKey = '';
  last = NO_FLAG;
  /** By key. Another map whenever answers may have changed. */
  handles = new Map<string, FlagHandle>();
  #exchange: Exchange | undefined;

  /** From now on there is an engine to ask. */
  open(exchange: Exchange): void {
    this.#exchange = exchange;
  }

  /** Flags have changed. */
  forget(): void {
    this.lastKey = '';
    this.last = NO_FLAG;
    this.handles = new Map();
  }

  /** The answer, packed as `decodeEvaluation` reads it; the default where there is none. Never throws. */
  ask(flagKey: string, userKey: unknown, attributes: Attributes | null | undefined, defaultValue: boolean): number {
    const fallback = defaultValue === true ? 1 : 0;
    try {
      const flag = flagKey === this.lastKey ? this.last : this.#find(flagKey);
      if (flag === NO_FLAG) return fallback;
      const bits = flag.fixed >= 0 ? flag.fixed : this.#evaluate(this.#exchange!, flag, userKey, attributes);
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

  #find(flagKey: string): FlagHandle {
    if (typeof flagKey !== 'string' || this.#exchange === undefined) return NO_FLAG;
    let flag = this.handles.get(flagKey);
    if (flag === undefined) {
      flag = resolve(this.#exchange, flagKey);
      if (this.handles.size < MOST_KEYS) this.handles.set(flagKey, flag);
    }
    this.lastKey = flagKey;
    this.last = flag;
    return flag;
  }

  /** Gives -1 where the user key is needed and is none. Throws what a getter throws. */
  #evaluate(exchange: Exchange, flag: FlagHandle, userKey: unknown, attributes: Attributes | null | undefined): number {
    const names = flag.attributes;
    exchange.turn += 1;
    const { turn } = exchange;
    let end = exchange.put(0, typeof userKey === 'string' ? userKey : typeof userKey === 'boolean' ? undefined : textOf(userKey), 0);
    for (let index = 0; index < names.length; index += 1) {
      const value = attributes === undefined || attributes === null ? undefined : attributes[names[index]!];
      end = exchange.put(index + 1, typeof value === 'string' ? value : textOf(value), end);
    }
    if (turn === exchange.turn) return exchange.wasm.evaluate(flag.slot, flag.generation);
    // A getter asked something itself, and what stood there is overwritten: once more, from values.
    return this.#evaluate(exchange, flag, userKey, Object.fromEntries(names.map((name) => [name, attributes![name]])));
  }
}

/** Whether the engine gave the answer. */
export function isGiven(bits: number): boolean {
  const reason = (bits >> 1) & 7;
  return reason !== 0 && reason !== ERROR;
}

function resolve(exchange: Exchange, flagKey: string): FlagHandle {
  const { wasm } = exchange;
  const count = wasm.resolve(exchange.writeText(flagKey));
  if (count < 0) return NO_FLAG;
  const words = exchange.words();
  const [slot, generation, fixed, revision] = [words[SLOT]!, words[GENERATION]!, words[FIXED]!, exchange.number()];
  const attributes = Array.from({ length: count }, (_, index) => {
    wasm.attribute(index);
    return exchange.text();
  });
  return new FlagHandle(slot, generation, fixed, revision, attributes);
}
