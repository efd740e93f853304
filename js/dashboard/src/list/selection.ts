// Which flags the list shows, and in which order.

import type { Flag } from '../api.js';
import { Store } from '../ui/store.js';

export const STATES = ['any', 'on', 'off'] as const;
export const ROLLOUTS = ['any', 'everyone', 'partial', 'nobody'] as const;
export const RULES = ['any', 'with', 'without'] as const;
export const COLUMNS = ['key', 'state', 'rollout', 'rules', 'changed'] as const;

export type Column = (typeof COLUMNS)[number];

export interface Selection {
  readonly search: string;
  readonly state: (typeof STATES)[number];
  readonly rollout: (typeof ROLLOUTS)[number];
  readonly rules: (typeof RULES)[number];
  readonly column: Column;
  readonly isDescending: boolean;
}

export const EVERYTHING: Selection = { search: '', state: 'any', rollout: 'any', rules: 'any', column: 'key', isDescending: false };

/** Kept while the page is open, so that who comes back from a flag finds the list as it was. */
export const selection = new Store(EVERYTHING);

/** `flags` sorted by key. */
export function select(flags: readonly Flag[], { search, state, rollout, rules, column, isDescending }: Selection): readonly Flag[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const isWanted = (flag: Flag): boolean =>
    (state === 'any' || flag.is_enabled === (state === 'on')) &&
    (rollout === 'any' || rolloutOf(flag) === rollout) &&
    (rules === 'any' || flag.rules.length > 0 === (rules === 'with')) &&
    words.every((word) => flag.key.toLowerCase().includes(word) || (flag.description?.toLowerCase().includes(word) ?? false));
  const isAll = words.length === 0 && state === 'any' && rollout === 'any' && rules === 'any';
  const wanted = isAll ? [...flags] : flags.filter(isWanted);
  if (column !== 'key') wanted.sort(ORDERS[column]);
  return isDescending ? wanted.reverse() : wanted;
}

/** The share of users that the rollout takes in, in percent. */
export function shareOf({ rollout_percentage }: Pick<Flag, 'rollout_percentage'>): number {
  return rollout_percentage ?? 100;
}

export function isFiltered(selection: Selection): boolean {
  return selection.search !== '' || selection.state !== 'any' || selection.rollout !== 'any' || selection.rules !== 'any';
}

function rolloutOf(flag: Flag): Selection['rollout'] {
  const share = shareOf(flag);
  return share === 100 ? 'everyone' : share === 0 ? 'nobody' : 'partial';
}

// Equal ones stay in the order of their keys.
const ORDERS: Record<Exclude<Column, 'key'>, (a: Flag, b: Flag) => number> = {
  state: (a, b) => Number(a.is_enabled) - Number(b.is_enabled),
  rollout: (a, b) => shareOf(a) - shareOf(b),
  rules: (a, b) => a.rules.length - b.rules.length,
  changed: (a, b) => a.revision - b.revision,
};
