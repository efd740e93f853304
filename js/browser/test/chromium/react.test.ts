// The hooks in a page: what is rendered when, and how React takes over what a server has rendered.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { withNodeClient } from '../support/node_client.js';
import { Checkout } from '../support/react_checkout.js';
import type * as ReactPage from '../support/react_page.js';
import { Stage } from '../support/stage.js';
import type { Tab } from '../support/tab.js';

const folder = mkdtempSync(join(tmpdir(), 'sidekick-react-'));
const stage = new Stage({ '/react/': folder });

before(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, '../support/react_page.ts')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    // React's development build: the one that complains, and that renders twice in strict mode.
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'warning',
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const OFF = { key: 'new_checkout', is_enabled: false };
const ON = { key: 'new_checkout', is_enabled: true };
const OTHER = { key: 'other', is_enabled: true };
const pro = (value: string): { key: string; is_enabled: boolean; rollout_percentage: number; rules: object[] } => ({
  key: 'pro',
  is_enabled: true,
  rollout_percentage: 0,
  rules: [{ attribute: 'plan', operator: 'Equals', values: ['pro', value] }],
});

interface ReactPageGlobals {
  client: Parameters<typeof ReactPage.mount>[0];
  react: typeof ReactPage;
  play: ReactPage.Stage;
}

async function mount(tab: Tab, isStrict = false): Promise<void> {
  await tab.page.evaluate(async (isStrict) => {
    const page = globalThis as unknown as ReactPageGlobals;
    page.react = (await import('/react/react_page.js' as string)) as typeof ReactPage;
    page.play = page.react.mount(page.client, ['new_checkout', 'other', 'pro'], isStrict);
    page.play.render('ann', 'free');
  }, isStrict);
}

async function render(tab: Tab, userKey: string, plan: string): Promise<void> {
  await tab.page.evaluate(([userKey, plan]) => (globalThis as unknown as ReactPageGlobals).play.render(userKey, plan), [userKey, plan] as const);
}

async function record(tab: Tab, flagKey: string): Promise<ReactPage.Record> {
  return await tab.page.evaluate((flagKey) => (globalThis as unknown as ReactPageGlobals).react.recordOf(flagKey), flagKey);
}

async function listeners(tab: Tab): Promise<{ began: number; open: number }> {
  return await tab.page.evaluate(() => {
    const { began, open } = (globalThis as unknown as ReactPageGlobals).play.listeners;
    return { began, open };
  });
}

describe('useFlag', () => {
  it('renders a component when its answer changes, and only then', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF, OTHER, pro('trial')]);
      const tab = await scene.tab();
      await tab.start(server.url);
      await mount(tab);
      assert.deepEqual((await record(tab, 'new_checkout')).rendered, [false]);
      await tab.reached(await server.put(ON));
      assert.equal(await tab.page.textContent('#new_checkout'), 'true');
      // Other flags, another description, another rule: the answers stay.
      await server.put({ key: 'unasked', is_enabled: true });
      await server.put(pro('gold'));
      await tab.reached(await server.put({ ...ON, rollout_percentage: 100 }));
      assert.deepEqual((await record(tab, 'new_checkout')).rendered, [false, true]);
      assert.deepEqual((await record(tab, 'other')).rendered, [true]);
      assert.deepEqual((await record(tab, 'pro')).rendered, [false]);
      await server.delete('other');
      await tab.reached(await server.put(OFF));
      assert.deepEqual((await record(tab, 'other')).rendered, [true, false]);
      assert.deepEqual((await record(tab, 'new_checkout')).rendered, [false, true, false]);
      assert.deepEqual(await listeners(tab), { began: 3, open: 3 });
    });
  });

  it('listens once, however often it is rendered with attributes that are new objects', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF, OTHER, pro('trial')]);
      const tab = await scene.tab();
      await tab.start(server.url);
      await mount(tab);
      for (let round = 0; round < 20; round += 1) await render(tab, 'ann', 'free');
      assert.equal((await record(tab, 'new_checkout')).rendered.length, 1);
      assert.equal((await record(tab, 'pro')).rendered.length, 21);
      assert.deepEqual(await listeners(tab), { began: 3, open: 3 });
    });
  });

  it('asks for another user at once, and never mixes two', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([{ ...ON, rollout_percentage: 50 }, OTHER, pro('trial')]);
      const tab = await scene.tab();
      await tab.start(server.url);
      // By the hash of flag and user: 81.656 and 32.384.
      const [out, within] = ['user-1', 'user-3'];
      await mount(tab);
      const before = (await record(tab, 'new_checkout')).rendered.length;
      for (const userKey of [out, within, out]) await render(tab, userKey, 'free');
      const { rendered, effects } = await record(tab, 'new_checkout');
      assert.deepEqual(rendered.slice(before), [false, true, false]);
      assert.deepEqual(effects.slice(-3), [[out, false], [within, true], [out, false]]);
      assert.deepEqual(await listeners(tab), { began: 3, open: 3 });
    });
  });

  it('asks with other attributes at once', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF, OTHER, pro('trial')]);
      const tab = await scene.tab();
      await tab.start(server.url);
      await mount(tab);
      for (const plan of ['pro', 'free']) await render(tab, 'ann', plan);
      assert.deepEqual((await record(tab, 'pro')).rendered, [false, true, false]);
      assert.deepEqual(await listeners(tab), { began: 3, open: 3 });
    });
  });

  it('follows the flags in strict mode, and leaves no listener behind', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF, OTHER, pro('trial')]);
      const tab = await scene.tab();
      await tab.start(server.url);
      await mount(tab, true);
      assert.equal((await listeners(tab)).open, 3);
      await tab.reached(await server.put(ON));
      assert.equal(await tab.page.textContent('#new_checkout'), 'true');
      await tab.page.evaluate(() => (globalThis as unknown as ReactPageGlobals).play.unmount());
      assert.equal((await listeners(tab)).open, 0);
      assert.deepEqual(tab.complaints, []);
    });
  });
});

describe('a page that a server has rendered', () => {
  it('is taken over as it is, and then follows the flags', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON, pro('trial')]);
      let html = '';
      let bootstrap = '';
      await withNodeClient(server.url, (client) => {
        html = renderToString(createElement(Checkout, { client }));
        bootstrap = client.snapshot() ?? '';
      });
      assert.equal(html, '<p>new<!-- --> <!-- -->pro</p>');
      const tab = await scene.tab({ html: `<div id="root">${html}</div>` });
      assert.equal(await tab.start(server.url, { bootstrap }), 'ready');
      const seen = await tab.page.evaluate(async () => {
        const { hydrate } = (await import('/react/react_page.js' as string)) as typeof ReactPage;
        const { client } = globalThis as unknown as ReactPageGlobals;
        const { corrections, mutations, done } = hydrate(client, document.querySelector('#root')!);
        await done;
        return { corrections, mutations, text: document.querySelector('#root')!.textContent };
      });
      assert.deepEqual(seen, { corrections: [], mutations: [], text: 'new pro' });
      await tab.reached(await server.put(OFF));
      assert.equal(await tab.page.textContent('#root'), 'old pro');
      assert.deepEqual(tab.complaints, []);
    });
  });
});
