// An answer and why it was given, decoded from the packed bits in which a binding returns it.

/** Why an answer was given, in OpenFeature's words. `ERROR`: an argument could not be used. */
export type Reason = 'FLAG_NOT_FOUND' | 'DISABLED' | 'TARGETING_MATCH' | 'SPLIT' | 'STATIC' | 'ERROR';

/** An answer and why it was given. */
export interface Evaluation {
  /** The answer. */
  readonly enabled: boolean;
  /** Why. */
  readonly reason: Reason;
  /** With `TARGETING_MATCH`: the place of the first rule that matched, from 0. */
  readonly ruleIndex: number | null;
  /** With `SPLIT`: where the hash puts the user, 0 to 99.999. */
  readonly bucket: number | null;
  /** The revision at which the flag last changed; null where there is no flag. */
  readonly revision: number | null;
}

const REASONS: readonly Reason[] = ['FLAG_NOT_FOUND', 'DISABLED', 'TARGETING_MATCH', 'SPLIT', 'STATIC'];
const TARGETING_MATCH = 2;
const SPLIT = 3;

/** Bit 0 is the answer, bits 1 to 3 the reason, the rest the rule's place or the bucket in thousandths. */
export function decodeEvaluation(bits: number, revision: number | null): Evaluation {
  const reason = (bits >> 1) & 7;
  const detail = bits >> 4;
  return {
    enabled: (bits & 1) > 0,
    reason: REASONS[reason] ?? 'ERROR',
    ruleIndex: reason === TARGETING_MATCH ? detail : null,
    bucket: reason === SPLIT ? detail / 1000 : null,
    revision,
  };
}

/** The caller's default, with the reason why there is no better answer. */
export function defaultEvaluation(reason: 'FLAG_NOT_FOUND' | 'ERROR', defaultValue: boolean): Evaluation {
  return { enabled: defaultValue === true, reason, ruleIndex: null, bucket: null, revision: null };
}
