// The last-known flags in the browser's storage: they outlive a page, and damage to them harms nobody.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../support/eventually.js';
import { Stage } from '../support/stage.js';
import type { Tab } from '../support/tab.js';

const stage = new Stage();
const ON = { key: 'dark_mode', is_enabled: true };
const LOCAL = { storage: 'local' } as const;

describe('a page whose flags are kept in local storage', () => {
  it('answers from them after a reload while the server is away', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      await tab.start(server.url, LOCAL);
      await kept(tab);
      await server.kill();
      await tab.page.reload();
      assert.equal(await tab.start(server.url, LOCAL), 'ready');
      assert.equal(await tab.isEnabled('dark_mode'), true);
      assert.equal(await tab.status(), 'stale');
      await server.start();
      await tab.reached(await server.put({ ...ON, is_enabled: false }));
      assert.equal(await tab.isEnabled('dark_mode'), false);
    });
  });

  it('keeps them apart by server and key', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      await tab.start(server.url, LOCAL);
      await kept(tab);
      await server.kill();
      await tab.page.reload();
      assert.match(await tab.start(server.url, { ...LOCAL, key: 'another', initTimeout: 200 }), /^INIT_TIMEOUT/);
      assert.match(await tab.start(`${server.url}/path`, { ...LOCAL, initTimeout: 200 }), /^INIT_TIMEOUT/);
    });
  });

  it('does without a damaged entry', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      await tab.start(server.url, LOCAL);
      for (const damage of ['', 'nonsense', '{"half":', (await kept(tab)).slice(0, -20)]) {
        await tab.page.evaluate((damage) => {
          for (const name of Object.keys(localStorage)) localStorage.setItem(name, damage);
        }, damage);
        await tab.page.reload();
        assert.equal(await tab.start(server.url, LOCAL), 'ready');
        assert.equal(await tab.isEnabled('dark_mode'), true);
        assert.deepEqual(tab.complaints, []);
      }
    });
  });

  it('says no key in its name', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      await tab.start(server.url, { ...LOCAL, key: 'client/key+1' });
      await kept(tab);
      const all = await tab.page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
      assert.ok(!all.includes('client/key+1'), all);
    });
  });

  it('goes on where the browser refuses to store', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      await tab.page.addInitScript(() => {
        Object.defineProperty(globalThis, 'localStorage', {
          get: () => {
            throw new DOMException('The operation is insecure.', 'SecurityError');
          },
        });
      });
      await tab.page.reload();
      assert.equal(await tab.start(server.url, LOCAL), 'ready');
      assert.equal(await tab.isEnabled('dark_mode'), true);
    });
  });
});

/** The entry, once it is there. */
async function kept(tab: Tab): Promise<string> {
  const entry = await eventually('an entry in local storage', () => tab.page.evaluate(() => Object.values(localStorage)[0] as string | undefined), (entry) => entry?.includes('dark_mode') === true);
  return entry ?? '';
}
