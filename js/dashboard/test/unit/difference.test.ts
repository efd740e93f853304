// What differs between two versions of a flag.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlagFields, TargetingRule } from '../../src/api.js';
import { difference, fieldsIn, ruleDifferences } from '../../src/edit/difference.js';

const FLAG: FlagFields = { key: 'a', is_enabled: true, rollout_percentage: 25, description: null, client_visible: true, rules: [] };
const rule = (attribute: string, ...values: string[]): TargetingRule => ({ attribute, operator: 'Equals', values });
const kinds = (before: TargetingRule[], after: TargetingRule[]): string[] => ruleDifferences(before, after).map(({ kind, rule }) => `${kind} ${rule.attribute}`);

test('two equal versions differ in nothing', () => {
  assert.deepEqual(difference(FLAG, { ...FLAG, rules: [] }), {});
});

test('each field that differs is told with both values', () => {
  const after = { ...FLAG, is_enabled: false, rollout_percentage: null, description: 'x', rules: [rule('plan', 'pro')] };
  const found = difference(FLAG, after);
  assert.deepEqual(fieldsIn(found), ['is_enabled', 'rollout_percentage', 'description', 'rules']);
  assert.deepEqual(found.rollout_percentage, { before: 25, after: null });
});

test('rules are added and removed where they stand', () => {
  assert.deepEqual(kinds([rule('a', '1')], [rule('a', '1'), rule('b', '1')]), ['same a', 'added b']);
  assert.deepEqual(kinds([rule('a', '1'), rule('b', '1')], [rule('b', '1')]), ['removed a', 'same b']);
  assert.deepEqual(kinds([rule('a', '1')], []), ['removed a']);
});

test('a rule that changes its place is moved, not removed and added', () => {
  const [a, b, c] = [rule('a', '1'), rule('b', '1'), rule('c', '1')];
  const found = kinds([a, b, c], [c, a, b]);
  assert.equal(found.length, 3);
  assert.deepEqual(found.filter((kind) => !kind.startsWith('same')), ['moved c']);
});

test('of a rule whose values change, the values are told', () => {
  const [found] = ruleDifferences([rule('country', 'DE', 'AT')], [rule('country', 'DE', 'FR')]);
  assert.deepEqual(found, { kind: 'changed', rule: rule('country', 'DE', 'FR'), added: ['FR'], removed: ['AT'] });
});

test('values that are to be hashed are another rule’s, and who may see a flag is a difference', () => {
  const hashed: TargetingRule = { ...rule('email', 'ann@acme.com'), hash_values: true };
  assert.deepEqual(kinds([rule('email', 'ann@acme.com')], [hashed]), ['added email', 'removed email']);
  assert.deepEqual(kinds([{ ...hashed, hash_values: false }], [rule('email', 'ann@acme.com')]), ['same email']);
  assert.deepEqual(fieldsIn(difference(FLAG, { ...FLAG, client_visible: false })), ['client_visible']);
});

test('another operator is another rule', () => {
  const contains: TargetingRule = { ...rule('email', '@acme.com'), operator: 'Contains' };
  assert.deepEqual(kinds([rule('email', '@acme.com')], [contains]), ['added email', 'removed email']);
});
