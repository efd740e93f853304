// A flag while it is edited: what the fields hold, which need not be right yet.

import type { Flag, FlagFields, TargetingRule } from '../api.js';
import { strings } from '../strings.js';

export interface RuleDraft extends TargetingRule {
  /** Keeps its place on the screen when rules are moved. */
  readonly id: number;
}

export interface Draft {
  readonly key: string;
  readonly is_enabled: boolean;
  /** As it was typed. */
  readonly rollout: string;
  readonly description: string;
  readonly client_visible: boolean;
  readonly rules: readonly RuleDraft[];
}

/** Something that cannot be saved, and where: the field as the server names it, `rules[0].values`. */
export interface FieldProblem {
  readonly field: string;
  readonly text: string;
}

export const NEW_FLAG: FlagFields = { key: '', is_enabled: false, rollout_percentage: null, description: null, client_visible: true, rules: [] };

let lastId = 0;

export function ruleDraft(rule: TargetingRule): RuleDraft {
  lastId += 1;
  return { ...ruleOf(rule), id: lastId };
}

export function draftOf(flag: FlagFields): Draft {
  const { key, is_enabled, rollout_percentage, description, client_visible, rules } = flag;
  return { key, is_enabled, rollout: rolloutText(rollout_percentage), description: description ?? '', client_visible, rules: rules.map(ruleDraft) };
}

/** What would be written, or why nothing can be. Whether the values are right, the server says. */
export function fieldsOf(draft: Draft, base: FlagFields): FlagFields | FieldProblem {
  const rollout_percentage = rolloutOf(draft.rollout, base.rollout_percentage);
  if (Number.isNaN(rollout_percentage)) return { field: 'rollout_percentage', text: strings.edit.noNumber(draft.rollout) };
  const { key, is_enabled, description, client_visible, rules } = draft;
  return { key, is_enabled, rollout_percentage, description: description || null, client_visible, rules: rules.map(ruleOf) };
}

export function isProblem(fields: FlagFields | FieldProblem): fields is FieldProblem {
  return 'field' in fields;
}

/** Of what a client key does not see, the usual stands there. */
export function writable({ key, is_enabled, rollout_percentage, description = null, client_visible = true, rules }: Flag | FlagFields): FlagFields {
  return { key, is_enabled, rollout_percentage, description, client_visible, rules };
}

/** The server leaves the word out where values are not hashed. */
function ruleOf({ attribute, operator, values, hash_values }: TargetingRule): TargetingRule {
  return { attribute, operator, values, ...(hash_values && { hash_values }) };
}

function rolloutText(rollout: number | null): string {
  return String(rollout ?? 100);
}

/** All users are written as null, unless they were written as 100 before. */
function rolloutOf(text: string, base: number | null): number | null {
  if (text === rolloutText(base)) return base;
  const plain = text.trim().replace(',', '.').replace(/\s*%$/, '');
  const share = /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : NaN;
  return share === 100 ? null : share;
}
