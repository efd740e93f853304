// What is written of what was typed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlagFields } from '../../src/api.js';
import { draftOf, fieldsOf, isProblem } from '../../src/edit/draft.js';

const FLAG: FlagFields = { key: 'a', is_enabled: true, rollout_percentage: 25, description: null, client_visible: true, rules: [{ attribute: 'plan', operator: 'Equals', values: ['pro'] }] };

function rollout(typed: string, base: number | null = 25): number | null | 'refused' {
  const fields = fieldsOf({ ...draftOf(FLAG), rollout: typed }, { ...FLAG, rollout_percentage: base });
  return isProblem(fields) ? 'refused' : fields.rollout_percentage;
}

test('an edit that changes nothing writes what was there', () => {
  for (const rollout_percentage of [null, 100, 0, 33.333]) {
    const flag = { ...FLAG, rollout_percentage };
    assert.deepEqual(fieldsOf(draftOf(flag), flag), flag);
  }
});

test('a rollout is read as people type it', () => {
  assert.equal(rollout('12.5'), 12.5);
  assert.equal(rollout('12,5'), 12.5);
  assert.equal(rollout(' 7 % '), 7);
  assert.equal(rollout('.5'), 0.5);
  assert.equal(rollout('12.'), 12);
});

test('all users are written as null', () => {
  assert.equal(rollout('100'), null);
  assert.equal(rollout('100', 100), 100);
  assert.equal(rollout('100', null), null);
});

test('numbers out of range go to the server, which says what is wrong', () => {
  assert.equal(rollout('140'), 140);
  assert.equal(rollout('-1'), -1);
  assert.equal(rollout('1.23456'), 1.23456);
});

test('what is no number is refused', () => {
  for (const typed of ['', 'half', '1e1', '0x10', '1.2.3', '.', '%']) assert.equal(rollout(typed), 'refused', typed);
});

test('what is hashed stays so, and what is not has no word of it', () => {
  const rules = [{ attribute: 'email', operator: 'Equals', values: ['ann@acme.com'], hash_values: true }];
  const flag = { ...FLAG, client_visible: false, rules };
  assert.deepEqual(fieldsOf(draftOf(flag), flag), flag);
  const plain = fieldsOf(draftOf({ ...flag, rules: [{ ...rules[0]!, hash_values: false }] }), flag);
  assert.deepEqual(!isProblem(plain) && plain.rules, [{ attribute: 'email', operator: 'Equals', values: ['ann@acme.com'] }]);
});

test('an empty description is none', () => {
  const fields = fieldsOf({ ...draftOf(FLAG), description: '' }, FLAG);
  assert.equal(!isProblem(fields) && fields.description, null);
});
