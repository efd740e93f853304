// How the module comes into a page: by its address, inlined or given; under which policies; and without any network.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SidekickBrowserClient } from '@sidekick-flags/browser';
import { CLIENT_KEY } from '../../../shared/test/support/server.js';
import { Stage } from '../support/stage.js';
import { Tab } from '../support/tab.js';

const stage = new Stage();
const ON = { key: 'dark_mode', is_enabled: true };
const HALF = { key: 'half', is_enabled: true, rollout_percentage: 50 };
/** A port on which nothing listens. */
const NOBODY = 'http://127.0.0.1:1';

const policy = (script: string): { headers: { 'content-security-policy': string } } => ({
  headers: { 'content-security-policy': `default-src 'self'; connect-src *; script-src ${script}` },
});

describe('a content security policy', () => {
  it('without wasm-unsafe-eval is named as what is in the way', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab(policy("'self'"));
      assert.match(await tab.start(server.url), /Content-Security-Policy must allow 'wasm-unsafe-eval'/);
      assert.equal(await tab.isEnabled('dark_mode'), false);
    });
  });

  it('with wasm-unsafe-eval is enough', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab(policy("'self' 'wasm-unsafe-eval'"));
      assert.equal(await tab.start(server.url), 'ready');
      assert.equal(await tab.isEnabled('dark_mode'), true);
      assert.deepEqual(tab.complaints, []);
    });
  });
});

describe('the module', () => {
  it('is loaded once for a page, as a stream', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      const loaded: string[] = [];
      tab.page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
      await tab.start(server.url);
      await tab.start(server.url);
      assert.equal(loaded.filter((path) => path.endsWith('.wasm')).length, 1);
      assert.deepEqual(tab.complaints, []);
    });
  });

  it('stands in the code of the subpath inline', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      const loaded: string[] = [];
      tab.page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
      assert.equal(await tab.start(server.url, { entry: '/sdk/inline.js' }), 'ready');
      assert.equal(await tab.isEnabled('dark_mode'), true);
      assert.deepEqual(loaded.filter((path) => path.endsWith('.wasm')), []);
    });
  });

  it('may be given as address, answer, bytes, compiled, or as a promise of each', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      const answers = await tab.page.evaluate(
        async ([url, key]) => {
          const { SidekickBrowserClient } = (await import('/sdk/index.js' as string)) as typeof import('@sidekick-flags/browser');
          const address = new URL('/sdk/sidekick.wasm', location.href);
          const ways = [
            address,
            await fetch(address),
            await (await fetch(address)).arrayBuffer(),
            await WebAssembly.compileStreaming(fetch(address)),
            fetch(address),
          ];
          const answers = [];
          for (const wasm of ways) {
            const client = new SidekickBrowserClient(url, key, { wasm, shareStream: false });
            await client.init();
            answers.push(client.isEnabled('dark_mode', 'ann'));
            await client.close();
          }
          return answers;
        },
        [server.url, CLIENT_KEY] as const,
      );
      assert.deepEqual(answers, [true, true, true, true, true]);
    });
  });

  it('that is not where it should be is an error that names the place', async () => {
    await stage.play(async (scene) => {
      const tab = await scene.tab();
      const failure = await tab.page.evaluate(
        async ([url, key]) => {
          const { SidekickBrowserClient } = (await import('/sdk/index.js' as string)) as typeof import('@sidekick-flags/browser');
          const wasm = new URL('/nowhere.wasm', location.href);
          const client = new SidekickBrowserClient(url, key, { wasm, onError: () => undefined });
          return await client.init().then(
            () => 'ready',
            (error: Error) => error.message,
          );
        },
        [NOBODY, CLIENT_KEY] as const,
      );
      assert.match(failure, /nowhere\.wasm.*404/s);
    });
  });
});

describe('a bootstrap', () => {
  it('answers at once, without any server', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON, HALF]);
      const first = await scene.tab();
      await first.start(server.url);
      const bootstrap = await first.snapshot();
      const halves = await askMany(first);
      const second = await scene.tab();
      // Nothing of the first tab's stream may be what answers.
      assert.equal(await second.start(NOBODY, { bootstrap: bootstrap ?? '' }), 'ready');
      assert.equal(await second.isEnabled('dark_mode'), true);
      assert.deepEqual(await askMany(second), halves);
      assert.deepEqual(new Set(halves), new Set([true, false]));
      assert.equal(await second.status(), 'stale');
    });
  });

  it('answers at once also where the network is gone before the start', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const first = await scene.tab();
      await first.start(server.url);
      const bootstrap = await first.snapshot();
      const second = await scene.tab();
      // The code is there, as from a cache; the rest of the world is not.
      await second.page.evaluate(() => import('/sdk/inline.js' as string));
      await scene.context.setOffline(true);
      assert.equal(await second.start(server.url, { entry: '/sdk/inline.js', bootstrap: bootstrap ?? '', shareStream: false }), 'ready');
      assert.equal(await second.isEnabled('dark_mode'), true);
      await scene.context.setOffline(false);
      await second.reached(await server.put(HALF));
    });
  });
});

async function askMany(tab: Tab): Promise<boolean[]> {
  return await tab.page.evaluate(() => {
    const { client } = globalThis as unknown as { client: SidekickBrowserClient };
    return Array.from({ length: 50 }, (_, number) => client.isEnabled('half', `user-${number}`));
  });
}
