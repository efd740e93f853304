// The keeper of snapshots: when it saves, and what a storage that fails or hangs does to it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepSnapshots, type SnapshotKeeper, type SnapshotStorage } from '../src/storage.js';

function keeper(storage: Partial<SnapshotStorage>): { keeper: SnapshotKeeper; errors: string[]; set: (text: string) => void } {
  let current: string | undefined;
  const errors: string[] = [];
  const whole = { load: () => null, save: () => undefined, ...storage };
  return {
    keeper: keepSnapshots(whole, () => current, (error) => errors.push(`${error.code}: ${error.message}`)),
    errors,
    set(text) {
      current = text;
    },
  };
}

describe('the keeper of snapshots', () => {
  it('saves once a second however often the flags change, and then what they are', (context) => {
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
    set('2');
    kept.changed();
    context.mock.timers.tick(10_000);
    assert.deepEqual(saved, ['1']);
    finish();
    await new Promise(setImmediate);
    context.mock.timers.tick(1_000);
    assert.deepEqual(saved, ['1', '2']);
  });

  it('saves a last time at the end, begun within the call, and tells when it is done', async () => {
    const saved: string[] = [];
    const { keeper: kept, set } = keeper({ save: (text) => void saved.push(text) });
    set('1');
    kept.changed();
    const closed = kept.close();
    assert.deepEqual(saved, ['1']);
    await closed;
  });

  it('does not save what it has loaded or saved already', async () => {
    const saved: string[] = [];
    const { keeper: kept, set } = keeper({ load: () => 'stored', save: (text) => void saved.push(text) });
    const loaded: string[] = [];
    assert.equal(kept.load((text) => loaded.push(text)), undefined);
    set('stored');
    kept.changed();
    await kept.close();
    assert.deepEqual([loaded, saved], [['stored'], []]);
  });

  it('makes an error of whatever a storage throws or rejects with', async () => {
    const failing = (thrown: string) => (): never => {
      throw new Error(thrown);
    };
    const rejecting = (thrown: string) => (): Promise<never> => Promise.reject(new Error(thrown));
    for (const how of [failing, rejecting]) {
      const { keeper: kept, errors, set } = keeper({ load: how('no disk'), save: how('disk full') });
      await kept.load(() => assert.fail('nothing was loaded'));
      set('1');
      await kept.close();
      assert.deepEqual(errors, [
        'STORAGE: the storage cannot load the flags: no disk',
        'STORAGE: the storage cannot save the flags: disk full',
      ]);
    }
  });
});
