// Starting from what was kept: a storage of the app's own, and stores with the members of AsyncStorage and of MMKV.

import { type AsyncStore, type MobileStorage, SidekickMobileClient, type SyncStore } from '@sidekick-flags/react-native';

import { same } from '../../js/shared/test/support/values.js';
import { subject } from './support/subject.js';
import { test } from './support/tests.js';

const URL = 'http://127.0.0.1:1';

class Kept {
  readonly texts = new Map<string, string>();

  asynchronous(): AsyncStore {
    return {
      getItem: (name) => Promise.resolve(this.texts.get(name) ?? null),
      setItem: (name, text) => Promise.resolve(void this.texts.set(name, text)),
    };
  }

  synchronous(): SyncStore {
    return { getString: (name) => this.texts.get(name), set: (name, text) => void this.texts.set(name, text) };
  }

  own(): MobileStorage {
    return { load: () => this.texts.get('own'), save: (text) => void this.texts.set('own', text) };
  }
}

function client(storage: MobileStorage, key: string, bootstrap?: string): SidekickMobileClient {
  return new SidekickMobileClient(URL, key, { storage, bootstrap, onError: () => undefined });
}

async function keep(storage: MobileStorage, flag: string): Promise<void> {
  const first = client(storage, 'key', subject.snapshotOf([{ key: flag, is_enabled: true }]));
  await first.init();
  await first.close();
}

for (const kind of ['asynchronous', 'synchronous', 'own'] as const) {
  test(`an app that starts without a network answers from a storage: ${kind}`, async () => {
    const kept = new Kept();
    await keep(kept[kind](), 'on');
    const next = client(kept[kind](), 'key');
    same(next.isEnabled('on', 'u'), false);
    await next.init();
    same([next.status, next.isEnabled('on', 'u'), next.revision], ['stale', true, 100]);
    await next.close();
  });
}

test('in a store of names, the flags of one server and key are not those of another, and show neither', async () => {
  const kept = new Kept();
  await keep(kept.asynchronous(), 'on');
  const other = client(kept.synchronous(), 'another key');
  void other.init().catch(() => undefined);
  // As many turns as a start with flags takes.
  for (let turn = 0; turn < 50; turn += 1) await undefined;
  same([other.status, other.flags()], ['connecting', []]);
  await other.close();
  const [name] = [...kept.texts.keys()];
  same([kept.texts.size, /^sidekick:2:[0-9a-z]+$/.test(name!)], [1, true]);
});

test('a store that fails says so, and stops nothing', async () => {
  const codes: string[] = [];
  const failing: AsyncStore = { getItem: () => Promise.reject(new Error('full')), setItem: () => Promise.reject(new Error('full')) };
  const bootstrap = subject.snapshotOf([{ key: 'on', is_enabled: true }]);
  const client = new SidekickMobileClient(URL, '', { storage: failing, bootstrap, onError: ({ code, message }) => codes.push(`${code} ${message}`) });
  await client.init();
  await client.close();
  same(client.isEnabled('on', 'u'), true);
  same(codes, ['load', 'save'].map((step) => `STORAGE the storage cannot ${step} the flags: full`));
});
