// The keeper of snapshots: when it saves, and what a storage that fails or hangs does to it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepSnapshots, type SnapshotKeeper, type SnapshotStorage } from '../src/storage.js';

function keeper(storage: Partial<SnapshotStorage>): { keeper: SnapshotKeeper; errors: string[]; set: (text: string) => void } {
  let current: string | undefined;
  const errors: string[] = [];
  const owner = {
    snapshot: () => current,
    report: (code: string, message: string) => void errors.push(`${code}: ${message}`),
  };
  return {
    keeper: keepSnapshots(owner, { load: () => null, save: () => undefined, ...storage }),
    errors,
    set(text) {
      current = text;
    },
  };
}

describe('the keeper of snapshots', () => {
  it('saves once a second however often the flags change, and then what they are', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const saved: string[] = [];
    const { keeper: kept, set } = keeper({ save: (text) => void saved.push(text) });
    for (const text of ['1', '2', '3']) {
      set(text);
      kept.changed();
      context.mock.timers.tick(300);
    }
    assert.deepEqual(saved, []);
    context.mock.timers.tick(100);
    await new Promise(setImmediate);
    assert.deepEqual(saved, ['3']);
  });

  it('does not begin a save while one goes on, and saves the newest after it', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const saved: string[] = [];
    let finish = (): void => undefined;
    const save = (text: string): Promise<void> => {
      saved.push(text);
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const { keeper: kept, set } = keeper({ save });
    set('1');
    kept.changed();
    context.mock.timers.tick(1_000);
    await new Promise(setImmediate);
    set('2');
    kept.changed();
    context.mock.timers.tick(10_000);
    await new Promise(setImmediate);
    assert.deepEqual(saved, ['1']);
    finish();
    await new Promise(setImmediate);
    assert.deepEqual(saved, ['1', '2']);
  });

  it('saves a last time at the end, and tells when it is done', async () => {
    const saved: string[] = [];
    const { keeper: kept, set } = keeper({ save: (text) => void saved.push(text) });
    set('1');
    kept.changed();
    await kept.end();
    assert.deepEqual(saved, ['1']);
  });

  it('does not save what it has loaded or saved already', async () => {
    const saved: string[] = [];
    const { keeper: kept, set } = keeper({ load: () => 'stored', save: (text) => void saved.push(text) });
    assert.equal(await kept.stored(), 'stored');
    set('stored');
    kept.changed();
    await kept.end();
    assert.deepEqual(saved, []);
  });

  it('takes what is no text for nothing', async () => {
    for (const what of [null, undefined, 7, {}]) {
      assert.equal(await keeper({ load: () => what as string }).keeper.stored(), undefined);
    }
  });

  it('makes an error of whatever a storage throws or rejects with', async () => {
    const failing = (thrown: string) => (): never => {
      throw new Error(thrown);
    };
    const rejecting = (thrown: string) => (): Promise<never> => Promise.reject(new Error(thrown));
    for (const how of [failing, rejecting]) {
      const { keeper: kept, errors, set } = keeper({ load: how('no disk'), save: how('disk full') });
      assert.equal(await kept.stored(), undefined);
      set('1');
      await kept.end();
      assert.deepEqual(errors, [
        'STORAGE: the storage cannot load the flags: no disk',
        'STORAGE: the storage cannot save the flags: disk full',
      ]);
    }
  });
});
