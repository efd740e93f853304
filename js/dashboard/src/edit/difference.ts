// What differs between two versions of a flag, in the pieces that people think of.

import type { Flag, FlagFields, TargetingRule } from '../api.js';
import { writable } from './draft.js';

export type RuleDifference =
  | { readonly kind: 'same' | 'added' | 'removed' | 'moved'; readonly rule: TargetingRule }
  | { readonly kind: 'changed'; readonly rule: TargetingRule; readonly added: readonly string[]; readonly removed: readonly string[] };

export interface Difference {
  readonly is_enabled?: Pair<boolean>;
  readonly rollout_percentage?: Pair<number | null>;
  readonly description?: Pair<string | null>;
  readonly client_visible?: Pair<boolean>;
  readonly rules?: readonly RuleDifference[];
}

export interface Pair<Value> {
  readonly before: Value;
  readonly after: Value;
}

export type Field = keyof Difference;
const FIELDS: readonly Field[] = ['is_enabled', 'rollout_percentage', 'description', 'client_visible', 'rules'];

export function difference(old: Flag | FlagFields, now: Flag | FlagFields): Difference {
  const [before, after] = [writable(old), writable(now)];
  return {
    ...(before.is_enabled !== after.is_enabled && { is_enabled: pair(before.is_enabled, after.is_enabled) }),
    ...(before.rollout_percentage !== after.rollout_percentage && {
      rollout_percentage: pair(before.rollout_percentage, after.rollout_percentage),
    }),
    ...(before.description !== after.description && { description: pair(before.description, after.description) }),
    ...(before.client_visible !== after.client_visible && { client_visible: pair(before.client_visible, after.client_visible) }),
    ...(textOf(before.rules) !== textOf(after.rules) && { rules: ruleDifferences(before.rules, after.rules) }),
  };
}

export function fieldsIn(difference: Difference): Field[] {
  return FIELDS.filter((field) => difference[field] !== undefined);
}

/** The rules of `after` in their order, with those that are gone where they stood. */
export function ruleDifferences(before: readonly TargetingRule[], after: readonly TargetingRule[]): RuleDifference[] {
  const kept = commonRules(before, after);
  const lost = before.filter((_, index) => !kept.some(([at]) => at === index));
  const differences: RuleDifference[] = [];
  let at = 0;
  for (const [index, rule] of after.entries()) {
    const partner = kept.find(([, to]) => to === index);
    if (!partner) {
      differences.push(explain(rule, lost));
      continue;
    }
    for (; at < partner[0]; at += 1) differences.push({ kind: 'removed', rule: before[at]! });
    at = partner[0] + 1;
    differences.push({ kind: 'same', rule });
  }
  for (; at < before.length; at += 1) differences.push({ kind: 'removed', rule: before[at]! });
  // What was lost and came back as a moved or changed rule is told once.
  return differences.filter((difference) => difference.kind !== 'removed' || lost.includes(difference.rule));
}

/** A rule that is new at its place: it may be one that stood elsewhere, or was another; that one is taken out of `lost`. */
function explain(rule: TargetingRule, lost: TargetingRule[]): RuleDifference {
  const same = lost.findIndex((other) => textOf(other) === textOf(rule));
  if (same >= 0) {
    lost.splice(same, 1);
    return { kind: 'moved', rule };
  }
  const similar = lost.findIndex((other) => textOf({ ...other, values: [] }) === textOf({ ...rule, values: [] }));
  if (similar < 0) return { kind: 'added', rule };
  const [was] = lost.splice(similar, 1) as [TargetingRule];
  const [old, now] = [new Set(was.values), new Set(rule.values)];
  return { kind: 'changed', rule, added: rule.values.filter((value) => !old.has(value)), removed: was.values.filter((value) => !now.has(value)) };
}

/** A longest common subsequence, as pairs of places. */
function commonRules(before: readonly TargetingRule[], after: readonly TargetingRule[]): [number, number][] {
  const [a, b] = [before.map(textOf), after.map(textOf)];
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i += 1;
    else j += 1;
  }
  return pairs;
}

function pair<Value>(before: Value, after: Value): Pair<Value> {
  return { before, after };
}

function textOf(value: TargetingRule | readonly TargetingRule[]): string {
  const plain = ({ attribute, operator, values, hash_values = false }: TargetingRule): unknown => [attribute, operator, values, hash_values];
  return JSON.stringify('attribute' in value ? plain(value) : value.map(plain));
}
