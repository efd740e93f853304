// What a flag's rules tell everybody who carries a client key.

import { type Flag, OPERATORS, type TargetingRule } from '../api.js';

/** An `@`, or names parted by points of which the last has letters alone, as a host's name has. */
const ADDRESS = /@|^\.?([a-z0-9-]+\.)+[a-z]{2,}$/i;

const HASHED: readonly string[] = OPERATORS.slice(0, 2);

/** Whether the server can send hashes of the values: what looks for a part of a value needs the value. */
export function canHash({ operator }: Pick<TargetingRule, 'operator'>): boolean {
  return HASHED.includes(operator);
}

/** Whether the values have e-mail addresses or domains among them that would leave the server as they are. */
export function showsAddresses(rule: TargetingRule): boolean {
  return !(rule.hash_values && canHash(rule)) && rule.values.some((value) => ADDRESS.test(value));
}

/** Whether client keys are sent addresses with the flag. One of which nobody says so is visible. */
export function exposesAddresses({ client_visible = true, rules }: Pick<Flag, 'client_visible' | 'rules'>): boolean {
  return client_visible && rules.some(showsAddresses);
}
