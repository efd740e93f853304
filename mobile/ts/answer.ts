// An answer as the native library packs it.

import { decodeEvaluation, type Evaluation } from '../../js/shared/src/evaluation.js';

const FLAG_NOT_FOUND = 0;
const ERROR = 5;

/** Whether it is the flag's, and not the caller's default. */
export function isGiven(bits: number): boolean {
  const reason = (bits >> 1) & 7;
  return reason !== FLAG_NOT_FOUND && reason !== ERROR;
}

/** In full. */
export function explain(bits: number, revision: number | null): Evaluation {
  return decodeEvaluation(bits, isGiven(bits) ? revision : null);
}

/** The answer where nothing could be asked. */
export function errorBits(defaultValue: unknown): number {
  return (ERROR << 1) | Number(defaultValue === true);
}
