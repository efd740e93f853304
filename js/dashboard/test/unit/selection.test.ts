// Which flags the list shows, and in which order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flag } from '../../src/api.js';
import { addressOf, routeOf } from '../../src/app/route.js';
import { EVERYTHING, select, type Selection } from '../../src/list/selection.js';

const RULE = { attribute: 'plan', operator: 'Equals', values: ['pro'] };
const make = (key: string, revision: number, more: Partial<Flag>): Flag => ({
  key,
  is_enabled: false,
  rollout_percentage: null,
  description: null,
  rules: [],
  revision,
  created_at: '',
  updated_at: '',
  ...more,
});
const FLAGS = [
  make('alpha', 3, { is_enabled: true, description: 'The first' }),
  make('beta', 1, { rollout_percentage: 5, rules: [RULE] }),
  make('gamma', 2, { is_enabled: true, rollout_percentage: 0 }),
];
const keys = (selection: Partial<Selection>): string[] => select(FLAGS, { ...EVERYTHING, ...selection }).map(({ key }) => key);

test('without a wish all flags are shown by key', () => {
  assert.deepEqual(keys({}), ['alpha', 'beta', 'gamma']);
  assert.deepEqual(keys({ isDescending: true }), ['gamma', 'beta', 'alpha']);
});

test('every word must be in key or description, in any case', () => {
  assert.deepEqual(keys({ search: 'FIRST alp' }), ['alpha']);
  assert.deepEqual(keys({ search: 'first beta' }), []);
});

test('filters add up', () => {
  assert.deepEqual(keys({ state: 'on' }), ['alpha', 'gamma']);
  assert.deepEqual(keys({ state: 'on', rollout: 'nobody' }), ['gamma']);
  assert.deepEqual(keys({ rollout: 'partial' }), ['beta']);
  assert.deepEqual(keys({ rollout: 'everyone' }), ['alpha']);
  assert.deepEqual(keys({ rules: 'with' }), ['beta']);
  assert.deepEqual(keys({ rules: 'without', state: 'off' }), []);
});

test('each column orders', () => {
  assert.deepEqual(keys({ column: 'changed', isDescending: true }), ['alpha', 'gamma', 'beta']);
  assert.deepEqual(keys({ column: 'rollout' }), ['gamma', 'beta', 'alpha']);
  assert.deepEqual(keys({ column: 'state' }), ['beta', 'alpha', 'gamma']);
  assert.deepEqual(keys({ column: 'rules', isDescending: true })[0], 'beta');
});

test('an address leads back to its page', () => {
  for (const key of ['a', 'a.b', 'new', '..', 'a-b_c']) assert.deepEqual(routeOf(addressOf({ page: 'flag', key })), { page: 'flag', key });
  assert.deepEqual(routeOf(addressOf({ page: 'new', from: 'a.b' })), { page: 'new', from: 'a.b' });
  assert.deepEqual(routeOf(addressOf({ page: 'new', from: undefined })), { page: 'new', from: undefined });
  assert.deepEqual(routeOf('#/history'), { page: 'history' });
  for (const strange of ['', '#', '#/nothing', '#/flags/%', '#/flags/']) assert.deepEqual(routeOf(strange), { page: 'flags' });
});
