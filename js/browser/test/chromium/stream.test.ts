// The page's stream against the real server on another origin: changes, outages, refusals.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_KEY } from '../../../shared/test/support/server.js';
import { eventually } from '../support/eventually.js';
import { Link } from '../support/link.js';
import { Stage, streams } from '../support/stage.js';

const stage = new Stage();
const OFF = { key: 'dark_mode', is_enabled: false };
const ON = { key: 'dark_mode', is_enabled: true };

describe('a page', () => {
  it('sees a change when it happens', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      const tab = await scene.tab();
      assert.equal(await tab.start(server.url), 'ready');
      assert.equal(await tab.isEnabled('dark_mode'), false);
      await tab.reached(await server.put(ON));
      assert.equal(await tab.isEnabled('dark_mode'), true);
      assert.deepEqual(await tab.heard(), { changes: [['dark_mode'], ['dark_mode']], errors: [], statuses: ['ready'] });
      await tab.closeClient();
      await streams(server, 0);
      assert.equal(await tab.isEnabled('dark_mode'), true);
      assert.deepEqual(tab.complaints, []);
    });
  });

  it('answers on while the server is dead, and sees what changed meanwhile', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      await tab.start(server.url);
      await server.kill();
      await tab.becomes('stale');
      assert.equal(await tab.isEnabled('dark_mode'), true);
      await server.start();
      await tab.reached(await server.put(OFF));
      assert.equal(await tab.isEnabled('dark_mode'), false);
      await server.kill();
      await tab.becomes('stale');
      // What happens while nobody is connected.
      await server.start();
      await tab.reached(await server.put(ON));
      const { errors, statuses } = await tab.heard();
      assert.equal(errors[0]?.code, 'CONNECTION_LOST');
      // Between the death and the return an attempt may fall, or none.
      assert.ok(errors.every(({ code }) => ['CONNECTION_LOST', 'CONNECTION_FAILED'].includes(code)));
      assert.deepEqual(statuses, ['ready', 'stale', 'ready', 'stale', 'ready']);
    });
  });

  it('is back at once when the network is back, however long it was away', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      const tab = await scene.tab();
      await tab.page.clock.install();
      await tab.start(server.url);
      await scene.context.setOffline(true);
      await tab.becomes('stale');
      // Until attempts are half a minute apart.
      for (let attempt = 0; attempt < 8; attempt += 1) {
        const failed = tab.page.waitForEvent('requestfailed');
        await tab.page.clock.fastForward(31_000);
        await failed;
      }
      const revision = await server.put(ON);
      assert.equal(await tab.isEnabled('dark_mode'), false);
      const begin = performance.now();
      await scene.context.setOffline(false);
      await tab.reached(revision);
      assert.ok(performance.now() - begin < 5_000);
      assert.equal(await tab.isEnabled('dark_mode'), true);
    });
  });

  it('drops a stream that died with the network, and does not wait for its silence', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      await using link = await Link.to(server.port);
      const tab = await scene.tab();
      await tab.start(link.url);
      link.fallSilent();
      const revision = await server.put(ON);
      await scene.context.setOffline(true);
      await tab.becomes('stale');
      link.recover();
      await scene.context.setOffline(false);
      await tab.reached(revision);
      const { errors } = await tab.heard();
      assert.ok(errors.every(({ code }) => code === 'CONNECTION_FAILED'), JSON.stringify(errors));
    });
  });

  it('does not hammer a dead server, however often the network is back', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      const tab = await scene.tab();
      await tab.start(server.url);
      await server.kill();
      await tab.becomes('stale');
      let attempts = 0;
      tab.page.on('request', () => (attempts += 1));
      const took = await tab.page.evaluate(async () => {
        const begin = performance.now();
        for (let round = 0; round < 100; round += 1) {
          dispatchEvent(new Event('online'));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return performance.now() - begin;
      });
      // The first at once, then one a second at most.
      assert.ok(attempts >= 1 && attempts <= took / 1_000 + 2, `${attempts} attempts in ${took} ms`);
    });
  });

  it('notices that its stream has died in silence', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      await using link = await Link.to(server.port);
      const tab = await scene.tab();
      await tab.page.clock.install();
      await tab.start(link.url);
      link.fallSilent();
      const revision = await server.put(ON);
      link.recover();
      // Nothing for 45 seconds, and the first wait of the back-off.
      await tab.page.clock.fastForward(45_000);
      await tab.page.clock.fastForward(1_000);
      await tab.reached(revision);
      const { errors } = await tab.heard();
      assert.deepEqual(errors.map(({ code }) => code), ['SILENT']);
    });
  });

  it('is told that its key is refused', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      assert.match(await tab.start(server.url, { key: 'wrong' }), /^REFUSED: /);
      const { errors } = await tab.heard();
      assert.deepEqual(errors.map(({ code, status }) => [code, status]), [['REFUSED', 401]]);
      assert.equal(await tab.isEnabled('dark_mode'), false);
    });
  });

  it('is told what to look at where the server does not allow its origin', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON], { ALLOWED_ORIGINS: 'https://shop.example' });
      const tab = await scene.tab();
      assert.match(await tab.start(server.url, { initTimeout: 100 }), /^INIT_TIMEOUT: /);
      const [first] = await eventually('an error', async () => (await tab.heard()).errors, ({ length }) => length > 0);
      assert.equal(first?.code, 'CONNECTION_FAILED');
      assert.ok(first.message.endsWith(`: Failed to fetch; is ${stage.site.url} in the server's ALLOWED_ORIGINS?`), first.message);
    });
  });

  it('reads the stream of a server that lists its origin', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON], { ALLOWED_ORIGINS: stage.site.url });
      const tab = await scene.tab();
      assert.equal(await tab.start(server.url), 'ready');
      assert.deepEqual(tab.complaints, []);
    });
  });
});

describe('a page with an EventSource', () => {
  it('sees changes, also after the server was dead', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([OFF]);
      const tab = await scene.tab();
      assert.equal(await tab.start(server.url, { transport: 'eventsource' }), 'ready');
      await tab.reached(await server.put(ON));
      assert.equal(await tab.isEnabled('dark_mode'), true);
      await server.kill();
      await tab.becomes('stale');
      await server.start();
      await tab.reached(await server.put(OFF));
      assert.equal(await tab.isEnabled('dark_mode'), false);
      await tab.closeClient();
      await streams(server, 0);
    });
  });

  it('sends its key in the address, for an EventSource has no headers', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([ON]);
      const tab = await scene.tab();
      const asked = tab.page.waitForRequest((request) => request.url().startsWith(server.url));
      await tab.start(server.url, { transport: 'eventsource' });
      const request = await asked;
      assert.equal(request.url(), `${server.url}/stream?sdk_key=${encodeURIComponent(CLIENT_KEY)}`);
      assert.equal(request.headers()['authorization'], undefined);
    });
  });
});
