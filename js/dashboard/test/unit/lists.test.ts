// Lists that are pasted: of values, and of users.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valuesIn } from '../../src/edit/pasted_values.js';
import { mixed, MOST_PASTED, pastedUsers } from '../../src/try/users.js';

test('values are one a line, commas and all', () => {
  assert.deepEqual(valuesIn('a, b\r\nc\n\n d '), ['a, b', 'c', 'd']);
});

test('values in one line are parted by commas, semicolons or tabs', () => {
  assert.deepEqual(valuesIn('DE,AT; CH\tFR'), ['DE', 'AT', 'CH', 'FR']);
  assert.deepEqual(valuesIn('DE,AT\n'), ['DE', 'AT']);
  assert.deepEqual(valuesIn('  '), []);
});

test('users have a key and attributes', () => {
  assert.deepEqual(pastedUsers('ann, email=ann@acme.com, plan=pro\n\nbob'), [
    { user_key: 'ann', attributes: { email: 'ann@acme.com', plan: 'pro' } },
    { user_key: 'bob', attributes: {} },
  ]);
  assert.deepEqual(pastedUsers('ann, note=a=b, =x, y')[0]?.attributes, { note: 'a=b' });
});

test('users may be a table with a head', () => {
  assert.deepEqual(pastedUsers('id\tcountry\tplan\n7\tDE\t\n8\tFR\tpro'), [
    { user_key: '7', attributes: { country: 'DE' } },
    { user_key: '8', attributes: { country: 'FR', plan: 'pro' } },
  ]);
});

test('an attribute may have any name', () => {
  const [user] = pastedUsers('ann, __proto__=x, constructor=y');
  assert.equal(JSON.stringify(user?.attributes), '{"__proto__":"x","constructor":"y"}');
});

test('a paste is taken up to a limit', () => {
  assert.equal(pastedUsers(Array.from({ length: MOST_PASTED + 5 }, (_, index) => `user-${index}`).join('\n')).length, MOST_PASTED);
});

test('users with values of the rules have them in all mixtures', () => {
  const rules = [
    { attribute: 'country', operator: 'Equals', values: ['DE', 'AT'] },
    { attribute: 'plan', operator: 'NotEquals', values: ['free'] },
  ];
  const flag = { key: 'a', is_enabled: true, rollout_percentage: null, description: null, client_visible: true, rules };
  const edited = { ...flag, rules: [{ attribute: 'country', operator: 'Equals', values: ['FR'] }] };
  const mixtures = new Set(mixed(8, flag, edited).map(({ attributes }) => JSON.stringify(attributes)));
  assert.equal(mixtures.size, 8);
  for (const country of ['DE', 'AT', 'FR', 'something else']) {
    for (const plan of ['free', 'something else']) assert.ok(mixtures.has(JSON.stringify({ country, plan })), `${country} ${plan}`);
  }
});
