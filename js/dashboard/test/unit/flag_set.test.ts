// What is shown of the stream's flags and the page's own writes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flag } from '../../src/api.js';
import { changedKeys, next, NO_FLAGS, type OwnWrite } from '../../src/live/flag_set.js';

function flag(key: string, revision: number, is_enabled = false): Flag {
  return { key, is_enabled, rollout_percentage: null, description: null, rules: [], revision, created_at: 't', updated_at: `t${revision}` };
}

test('flags that did not change are the same objects', () => {
  const first = next(NO_FLAGS, [flag('a', 1), flag('b', 2)], 2, new Map());
  const second = next(first, [flag('a', 1), flag('b', 3)], 3, new Map());
  assert.equal(second.byKey.get('a'), first.byKey.get('a'));
  assert.deepEqual(changedKeys(first, second), ['b']);
});

test('a flag that is gone has changed', () => {
  const first = next(NO_FLAGS, [flag('a', 1), flag('b', 2)], 2, new Map());
  assert.deepEqual(changedKeys(first, next(first, [flag('b', 2)], 3, new Map())), ['a']);
});

test('the same revision of another history is another flag', () => {
  const first = next(NO_FLAGS, [flag('a', 1)], 1, new Map());
  const other = { ...flag('a', 1, true), updated_at: 'later' };
  assert.equal(next(first, [other], 1, new Map()).byKey.get('a'), other);
});

test('an own write is shown until the stream has it', () => {
  const own = new Map<string, OwnWrite>([['c', { flag: flag('c', 3, true), since: 2 }], ['a', { flag: null, since: 2 }]]);
  const before = next(NO_FLAGS, [flag('a', 1), flag('d', 2)], 2, own);
  assert.deepEqual(before.all.map(({ key }) => key), ['c', 'd']);
  // Whatever came then is newer than the write.
  const after = next(before, [flag('c', 5), flag('d', 2)], 5, own);
  assert.equal(after.byKey.get('c')?.revision, 5);
  assert.equal(own.size, 0);
});

test('an own write of a history that is gone is not shown', () => {
  const own = new Map<string, OwnWrite>([['c', { flag: flag('c', 30), since: 29 }]]);
  assert.equal(next(NO_FLAGS, [flag('a', 1)], 1, own).byKey.has('c'), false);
});
