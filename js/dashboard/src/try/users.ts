// Sets of users for a preview: made up, or pasted.

import type { FlagFields, User } from '../api.js';

/** As many as are taken from a paste. */
export const MOST_PASTED = 10_000;

/** Users by number; their keys spread over all buckets. */
export function madeUp(count: number): User[] {
  return Array.from({ length: count }, (_, index) => ({ user_key: `user-${index + 1}`, attributes: {} }));
}

/** So many of an attribute's values are mixed. */
const MOST_MIXED = 20;
/** What none of a rule's values is, save by chance. */
const OTHER = 'something else';

/** The same with attributes: each has one of the values that the flags' rules name, or another, in all their mixtures. */
export function mixed(count: number, ...flags: readonly (FlagFields | undefined)[]): User[] {
  const choices = new Map<string, Set<string>>();
  for (const { attribute, values } of flags.flatMap((flag) => flag?.rules ?? [])) {
    const known = choices.get(attribute) ?? new Set([OTHER]);
    for (const value of values.slice(0, MOST_MIXED)) known.add(value);
    choices.set(attribute, known);
  }
  return madeUp(count).map(({ user_key }, index) => {
    let rest = index;
    const pairs = [...choices].map(([attribute, values]) => {
      const value = [...values][rest % values.size];
      rest = Math.floor(rest / values.size);
      return [attribute, value];
    });
    return { user_key, attributes: Object.fromEntries(pairs) };
  });
}

/**
 * One user a line: a key, then attributes as `name=value`, parted by commas or tabs. Or a table, whose first line names
 * its columns, the first of them being the key's.
 */
export function pastedUsers(text: string): User[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '').slice(0, MOST_PASTED + 1);
  const rows = lines.map((line) => line.split(/[\t,]/).map((cell) => cell.trim()));
  const [heads = [], ...rest] = rows;
  const isTable = heads.length > 1 && rest.length > 0 && !heads.some((cell) => cell.includes('='));
  const users = isTable ? rest.map((row) => userOf(row, (cell, index) => [heads[index] ?? '', cell])) : rows.map((row) => userOf(row, attribute));
  return users.slice(0, MOST_PASTED);
}

function userOf([user_key = '', ...cells]: readonly string[], read: (cell: string, index: number) => readonly [string, string]): User {
  // The key is the first column.
  const pairs = cells.map((cell, index) => read(cell, index + 1)).filter(([name, value]) => name !== '' && value !== '');
  return { user_key, attributes: Object.fromEntries(pairs) };
}

function attribute(cell: string): readonly [string, string] {
  const at = cell.indexOf('=');
  return at < 0 ? ['', ''] : [cell.slice(0, at).trim(), cell.slice(at + 1).trim()];
}
