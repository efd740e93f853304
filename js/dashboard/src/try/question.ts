// Whom one tries a flag with.

import type { FlagFields, User } from '../api.js';

export interface Question {
  readonly userKey: string;
  /** By attribute, as typed; an empty text counts as not given. */
  readonly attributes: ReadonlyMap<string, string>;
}

export const NOBODY: Question = { userKey: 'user-1', attributes: new Map() };

/** The attributes that the flags' rules read, in their order. */
export function attributesOf(...flags: readonly (FlagFields | undefined)[]): string[] {
  const names = flags.flatMap((flag) => flag?.rules.map(({ attribute }) => attribute) ?? []);
  return [...new Set(names)].filter((name) => name !== '');
}

export function userOf({ userKey, attributes }: Question): User {
  const given = [...attributes].filter(([, value]) => value !== '');
  return { user_key: userKey, attributes: Object.fromEntries(given) };
}
