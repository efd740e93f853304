// How an edit changes the answers of many users.

import type { Answer, User } from '../api.js';

export interface Impact {
  readonly users: number;
  readonly staysOn: number;
  readonly staysOff: number;
  /** Whose answer the edit changes. */
  readonly turnsOn: readonly User[];
  readonly turnsOff: readonly User[];
}

/** `before` and `after` are the users' answers, in their order; without `before` the flag is new, and off for all. */
export function impactOf(users: readonly User[], before: readonly Answer[] | undefined, after: readonly Answer[]): Impact {
  const was = (index: number): boolean => before?.[index]?.enabled ?? false;
  const is = (index: number): boolean => after[index]?.enabled ?? false;
  const count = (from: boolean, to: boolean): number => users.filter((_, index) => was(index) === from && is(index) === to).length;
  return {
    users: users.length,
    staysOn: count(true, true),
    staysOff: count(false, false),
    turnsOn: users.filter((_, index) => !was(index) && is(index)),
    turnsOff: users.filter((_, index) => was(index) && !is(index)),
  };
}
