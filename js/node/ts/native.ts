// What the addon offers: the engine with evaluation.

import type { Engine, Maybe } from '../../shared/src/index.js';

/** The addon's exports. */
export interface NativeAddon {
  /** Makes a client; the seed is two random 32-bit numbers. */
  createClient(seedHigh: number, seedLow: number): NativeClient;
}

/** The text of an attribute; undefined where it was not given. */
export type Value = string | undefined;

/** Instead of an answer: a handle of flags that have changed since, or a user key that was needed and is no string. */
export const UNUSABLE = -1;
/** Instead of an answer: the user has no place, not yet or not any more, and must be bound. */
export const UNBOUND = -2;

/**
 * An engine that evaluates. The flag of a question stands in the frame; so then does the answer, as packed bits, which
 * `decodeEvaluation` reads, or as one of the two above.
 */
export interface NativeClient extends Engine {
  /** The memory of a `Frame`. */
  readonly frame: ArrayBuffer;
  /** The handle of a flag; none where there is no such flag. */
  resolve(flagKey: string): Maybe<NativeHandle>;
  /** `values` in the order of the handle's `attributes`. A text that stands in the frame is not looked at here. */
  evaluate(userKey: Value, ...values: Value[]): void;
  /** Places a user in native memory by a number that no other has; `attributes` is name, value, name, value, … */
  bind(user: number, userKey: Value, ...attributes: string[]): void;
  evaluateBound(user: number): void;
}

/** Where a flag lies, until it changes. */
export interface NativeHandle {
  readonly slot: number;
  readonly generation: number;
  /** The packed answer where it is the same for everyone, else -1. */
  readonly fixed: number;
  /** The revision at which the flag last changed. */
  readonly revision: number;
  /** The attributes that its rules read. */
  readonly attributes: readonly string[];
}
