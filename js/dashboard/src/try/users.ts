// Sets of users for a preview: made up, or pasted.

import type { User } from '../api.js';

/** As many as are taken from a paste. */
export const MOST_PASTED = 10_000;

/** Users by number; their keys spread over all buckets. */
export function madeUp(count: number): User[] {
  return Array.from({ length: count }, (_, index) => ({ user_key: `user-${index + 1}`, attributes: {} }));
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
