// Pages that are put aside: hidden, frozen, kept for the way back. What they hold meanwhile, and how they come back.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventually } from '../support/eventually.js';
import { Stage, streams } from '../support/stage.js';
import type { Tab } from '../support/tab.js';

const stage = new Stage();
const OFF = { key: 'dark_mode', is_enabled: false };
const ON = { key: 'dark_mode', is_enabled: true };

describe('a page that is left', () => {
  it('is kept for the way back, holds no stream, and is current when it is shown again', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      const tab = await scene.tab();
      await tab.start(server.url);
      await tab.page.evaluate(() => {
        addEventListener('pageshow', ({ persisted }) => Object.assign(globalThis, { wasKept: persisted }));
      });
      await tab.page.goto(stage.site.page());
      await streams(server, 0);
      const revision = await server.put(ON);
      await tab.page.goBack({ waitUntil: 'commit' });
      const wasKept = await eventually('the page of before', () => tab.page.evaluate(() => (globalThis as { wasKept?: boolean }).wasKept), (is) => is !== undefined);
      assert.equal(wasKept, true);
      await tab.reached(revision);
      assert.equal(await tab.isEnabled('dark_mode'), true);
      await streams(server, 1);
      assert.deepEqual(tab.complaints, []);
    });
  });
});

describe('a page that is frozen', () => {
  it('does not keep another from the stream, and is current when it runs again', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      const leader = await scene.tab();
      await leader.start(server.url);
      const other = await scene.tab();
      await other.start(server.url);
      await streams(server, 1);
      const thaw = await freeze(leader);
      const revision = await server.put(ON);
      await other.reached(revision);
      assert.equal(await other.isEnabled('dark_mode'), true);
      await streams(server, 1);
      await thaw();
      await leader.reached(revision);
      assert.equal(await leader.isEnabled('dark_mode'), true);
      await streams(server, 1);
    });
  });
});

/**
 * As a browser does with a page in the background: it is told, then nothing in it runs. A headless Chromium shows all its
 * pages and freezes none that is shown, so here the debugger is what stops it.
 */
async function freeze(tab: Tab): Promise<() => Promise<void>> {
  const tell = (type: string): Promise<boolean> => tab.page.evaluate((type) => document.dispatchEvent(new Event(type)), type);
  await tell('freeze');
  const resume = await tab.pause();
  return async () => {
    await resume();
    await tell('resume');
  };
}
