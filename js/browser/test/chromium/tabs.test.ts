// Several tabs of one browser: one stream, whichever tab opened it, and no change lost when that tab goes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Link } from '../support/link.js';
import { Stage, streams } from '../support/stage.js';
import type { Tab } from '../support/tab.js';

const stage = new Stage();
const flag = (number: number): { key: string; is_enabled: boolean } => ({ key: `flag_${number}`, is_enabled: true });

describe('two tabs', () => {
  it('share one stream, and both see what changes', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const both = await scene.tabs(server.url, 2);
      await streams(server, 1);
      const revision = await server.put(flag(1));
      for (const tab of both) {
        await tab.reached(revision);
        assert.deepEqual([await tab.isEnabled('flag_0'), await tab.isEnabled('flag_1')], [true, true]);
        assert.deepEqual((await tab.heard()).changes, [['flag_0'], ['flag_1']]);
        assert.deepEqual(tab.complaints, []);
      }
      assert.equal(await server.metric('sidekick_streams_opened_total{kind="replay"}'), 1);
      await streams(server, 1);
    });
  });

  it('have one stream each where sharing is turned off', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const both = await scene.tabs(server.url, 2, { shareStream: false });
      await streams(server, 2);
      const revision = await server.put(flag(1));
      for (const tab of both) await tab.reached(revision);
    });
  });

  it('have one stream each where the browser cannot share one', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      // As on a page that came over http and not from this machine.
      await scene.context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
      const both = await scene.tabs(server.url, 2);
      await streams(server, 2);
      const revision = await server.put(flag(1));
      for (const tab of both) await tab.reached(revision);
    });
  });

  it('share one stream of an EventSource, too', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const both = await scene.tabs(server.url, 2, { transport: 'eventsource' });
      await streams(server, 1);
      const revision = await server.put(flag(1));
      for (const tab of both) await tab.reached(revision);
    });
  });

  it('have one stream each where their keys differ', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)], { CLIENT_KEY: 'one,two' });
      const first = await scene.tab();
      const second = await scene.tab();
      assert.equal(await first.start(server.url, { key: 'one' }), 'ready');
      assert.equal(await second.start(server.url, { key: 'two' }), 'ready');
      await streams(server, 2);
    });
  });

  it('are both told that their key is refused', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      for (const tab of [await scene.tab(), await scene.tab()]) {
        assert.match(await tab.start(server.url, { key: 'wrong' }), /^REFUSED: /);
        const { errors } = await tab.heard();
        assert.deepEqual(errors.map(({ code, status }) => [code, status]), [['REFUSED', 401]]);
      }
    });
  });

  it('both recover when the server was dead', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const both = await scene.tabs(server.url, 2);
      await server.kill();
      for (const tab of both) await tab.becomes('stale');
      await server.start();
      const revision = await server.put(flag(1));
      for (const tab of both) {
        await tab.reached(revision);
        assert.equal(await tab.isEnabled('flag_1'), true);
      }
      await streams(server, 1);
    });
  });
});

describe('when the stream dies in silence', () => {
  it('both tabs notice, and share the next one', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      await using link = await Link.to(server.port);
      const both = [await scene.tab(), await scene.tab()];
      for (const tab of both) {
        await tab.page.clock.install();
        assert.equal(await tab.start(link.url), 'ready');
      }
      link.fallSilent();
      const revision = await server.put(flag(1));
      link.recover();
      for (const tab of both) {
        await tab.page.clock.fastForward(45_000);
        await tab.page.clock.fastForward(1_000);
      }
      for (const tab of both) await tab.reached(revision);
      // The server still counts the one that it does not know to be dead.
      await streams(server, 2);
    });
  });
});

describe('when the tab with the stream', () => {
  it('is closed, another takes over and misses nothing', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [leader, follower] = (await scene.tabs(server.url, 2)) as [Tab, Tab];
      await leader.page.close();
      const revision = await server.put(flag(1));
      await follower.reached(revision);
      assert.deepEqual((await follower.heard()).changes, [['flag_0'], ['flag_1']]);
      await streams(server, 1);
    });
  });

  it('closes its client, another takes over', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [leader, follower] = (await scene.tabs(server.url, 2)) as [Tab, Tab];
      await leader.closeClient();
      await follower.reached(await server.put(flag(1)));
      assert.equal(await leader.isEnabled('flag_1'), false);
      assert.equal(await leader.status(), 'closed');
      await streams(server, 1);
    });
  });

  it('dies amid changes, the others see each of them', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [leader, ...others] = (await scene.tabs(server.url, 3)) as [Tab, Tab, Tab];
      await streams(server, 1);
      let revision = 0;
      const puts = (async () => {
        for (let number = 1; number <= 60; number += 1) revision = await server.put(flag(number));
      })();
      await others[0].reached(10);
      await crash(leader);
      await puts;
      const all = Array.from({ length: 61 }, (_, number) => `flag_${number}`);
      for (const tab of others) {
        await tab.reached(revision);
        const { changes } = await tab.heard();
        assert.deepEqual(new Set(changes.flat()), new Set(all));
        assert.deepEqual(await tab.flagKeys(), [...all].sort());
      }
      await streams(server, 1);
    });
  });

  it('goes to another page, another takes over', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [leader, follower] = (await scene.tabs(server.url, 2)) as [Tab, Tab];
      await leader.page.goto(stage.site.page());
      await follower.reached(await server.put(flag(1)));
      await streams(server, 1);
    });
  });
});

describe('a tab that comes later', () => {
  it('has the newest flags, and none of the history twice', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [first] = (await scene.tabs(server.url, 1)) as [Tab];
      const revision = await server.put(flag(1));
      await first.reached(revision);
      const [late] = (await scene.tabs(server.url, 1)) as [Tab];
      await late.reached(revision);
      assert.deepEqual((await late.heard()).changes, [['flag_0', 'flag_1']]);
      await streams(server, 1);
    });
  });

  it('starts from the stream while the server is away, if another tab has flags', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [first] = (await scene.tabs(server.url, 1)) as [Tab];
      await server.kill();
      await first.becomes('stale');
      const late = await scene.tab();
      assert.equal(await late.start(server.url), 'ready');
      assert.equal(await late.isEnabled('flag_0'), true);
      assert.equal(await late.status(), 'stale');
    });
  });
});

/** As a renderer that is out of memory: nothing in the page gets a last word. */
async function crash(tab: Tab): Promise<void> {
  const crashed = tab.page.waitForEvent('crash');
  void tab.page.goto('chrome://crash').catch(() => undefined);
  await crashed;
}
