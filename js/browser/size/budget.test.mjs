// The rules about sizes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faults, overBudget, serialized } from './budget.mjs';

const BUDGET = { 'wasm+client': 13_000, react: 1_000 };
const LAST = { date: '2026-11-26', version: '0.1.0', compiler: 'rustc 1.96.0', wasm: 9_000, client: 3_900, tabs: 700, react: 600, what: 'the first' };
const RECORD = { budget: BUDGET, history: [{ ...LAST, wasm: 1, client: 1, tabs: 1, react: 1 }, LAST] };

function sizes(wasm, client, react, tabs = 700) {
  return Object.fromEntries(Object.entries({ wasm, client, tabs, react }).map(([part, brotli]) => [part, { brotli }]));
}

describe('sizes', () => {
  it('pass within the budget and close to the last entry', () => {
    assert.deepEqual(faults(RECORD, sizes(9_000, 3_900, 600), 'rustc 1.96.0'), []);
    assert.deepEqual(faults(RECORD, sizes(9_064, 3_836, 664), 'rustc 1.96.0'), []);
  });

  it('over the budget fail, and the parts say by how much each grew', () => {
    assert.deepEqual(overBudget(RECORD, sizes(9_050, 4_000, 600)), [
      'wasm+client has 13,050 bytes, 50 over its budget of 13,000; since 2026-11-26 (the first): wasm +50, client +100',
    ]);
    assert.match(overBudget(RECORD, sizes(9_000, 3_900, 1_001))[0], /^react has 1,001 bytes, 1 over/);
    assert.match(overBudget({ budget: BUDGET, history: [] }, sizes(9_000, 4_001, 1))[0], /13,001 bytes, 1 over its budget of 13,000$/);
  });

  it('that changed and are not written down fail, also smaller ones', () => {
    const [grown, shrunk, ...more] = faults(RECORD, sizes(9_065, 3_835, 600), 'rustc 1.96.0');
    assert.match(grown, /^wasm has 9,065 bytes, \+65 since 2026-11-26 \(the first\); write it down/);
    assert.match(shrunk, /^client has 3,835 bytes, -65 since/);
    assert.deepEqual(more, []);
    assert.match(faults({ budget: BUDGET, history: [] }, sizes(1, 1, 1), 'rustc 1.96.0')[0], /no size is written down yet/);
  });

  it('of a part that the last entry does not have pass', () => {
    const { tabs, ...older } = LAST;
    assert.deepEqual(faults({ ...RECORD, history: [older] }, sizes(9_000, 3_900, 600, tabs + 65), 'rustc 1.96.0'), []);
    assert.match(faults(RECORD, sizes(9_000, 3_900, 600, tabs + 65), 'rustc 1.96.0')[0], /^tabs has 765 bytes, \+65 since/);
  });

  it('of a module by another compiler are held against the budget alone', () => {
    assert.deepEqual(faults(RECORD, sizes(8_000, 3_900, 600), 'rustc 1.97.0'), []);
    assert.equal(faults(RECORD, sizes(8_000, 4_000, 600), 'rustc 1.97.0').length, 1);
    assert.equal(faults(RECORD, sizes(9_200, 3_900, 600), 'rustc 1.97.0').length, 1);
  });

  it('are written an entry a line, and read as they were written', () => {
    const text = serialized(RECORD);
    assert.deepEqual(JSON.parse(text), RECORD);
    assert.equal(text.split('\n').filter((line) => line.includes('"date"')).length, 2);
    assert.deepEqual(JSON.parse(serialized({ budget: BUDGET, history: [] })), { budget: BUDGET, history: [] });
  });
});
