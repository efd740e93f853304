// A tab that is alone, and the moment at which it no longer is: what is loaded when, and a stream that goes on meanwhile.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Server } from '../../../shared/test/support/server.js';
import { eventually } from '../support/eventually.js';
import { Link } from '../support/link.js';
import { Stage, streams } from '../support/stage.js';
import type { Tab } from '../support/tab.js';

const stage = new Stage();
const PART = '/sdk/tabs.js';
const flag = (number: number): { key: string; is_enabled: boolean } => ({ key: `flag_${number}`, is_enabled: true });

describe('a tab that is alone', () => {
  it('never loads what serves several, whatever becomes of its network and its page', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const tab = await scene.tab();
      const loaded = loads(tab);
      assert.equal(await tab.start(server.url), 'ready');
      await scene.context.setOffline(true);
      await tab.becomes('stale');
      await scene.context.setOffline(false);
      await tab.reached(await server.put(flag(1)));
      await tab.page.goto(stage.site.page());
      await streams(server, 0);
      await tab.page.goBack({ waitUntil: 'commit' });
      await tab.reached(await server.put(flag(2)));
      await tab.closeClient();
      assert.ok(loaded.includes('/sdk/index.js'));
      assert.ok(!loaded.includes(PART), loaded.join());
    });
  });
});

describe('a second tab', () => {
  it('has both load it, and the stream of the first goes on', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const both = [await scene.tab(), await scene.tab()];
      const loaded = both.map(loads);
      for (const tab of both) assert.equal(await tab.start(server.url), 'ready');
      const revision = await server.put(flag(1));
      for (const tab of both) await tab.reached(revision);
      assert.deepEqual(loaded.map((paths) => paths.filter((path) => path === PART).length), [1, 1]);
      assert.deepEqual((await both[0]?.heard())?.statuses, ['ready']);
      await opened(server, 1);
    });
  });

  it('that starts in the same moment shares the stream', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const all = [await scene.tab(), await scene.tab(), await scene.tab()];
      assert.deepEqual(await Promise.all(all.map((tab) => tab.start(server.url))), ['ready', 'ready', 'ready']);
      const revision = await server.put(flag(1));
      for (const tab of all) await tab.reached(revision);
      await opened(server, 1);
    });
  });

  it('shares the stream where all stands in one file', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const both = await scene.tabs(server.url, 2, { entry: '/sdk/inline.js' });
      const revision = await server.put(flag(1));
      for (const tab of both) await tab.reached(revision);
      await opened(server, 1);
    });
  });

  it('that comes amid an event sees each change once, and so does the first', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      await using link = await Link.to(server.port);
      const [first] = (await scene.tabs(link.url, 1)) as [Tab];
      const [before, after] = await cutBetween(server, link, first);
      const [second] = (await scene.tabs(link.url, 1)) as [Tab];
      // The begin of the next event stands behind the end of the last: that one shows what is whole.
      await second.reached(before);
      link.flow();
      for (const tab of [first, second]) await tab.reached(after);
      assert.deepEqual((await first.heard()).changes, [['flag_0'], ['flag_1'], ['flag_2']]);
      assert.deepEqual(await second.heard(), { changes: [['flag_0', 'flag_1'], ['flag_2']], errors: [], statuses: ['ready'] });
      await opened(server, 1);
    });
  });

  it('that comes amid an event in pieces has the last-known flags until that is whole', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      await using link = await Link.to(server.port);
      const [first] = (await scene.tabs(link.url, 1)) as [Tab];
      const [, after] = await cutBetween(server, link, first);
      link.pass(20);
      const [second] = (await scene.tabs(link.url, 1)) as [Tab];
      assert.equal(await second.isEnabled('flag_1'), true);
      link.flow();
      for (const tab of [first, second]) await tab.reached(after);
      assert.deepEqual((await first.heard()).changes, [['flag_0'], ['flag_1'], ['flag_2']]);
      // Otherwise the next heartbeat would mend it, with an error.
      const whole = { changes: [['flag_0', 'flag_1'], ['flag_2']], errors: [], statuses: ['stale', 'ready'] };
      assert.deepEqual(await second.heard(), whole);
      await opened(server, 1);
    });
  });
});

describe('where what serves several cannot be loaded', () => {
  it('by the second tab, it has a stream of its own', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [first, second] = [await scene.tab(), await scene.tab()];
      await block(second);
      for (const tab of [first, second]) assert.equal(await tab.start(server.url), 'ready');
      await streams(server, 2);
      await first.closeClient();
      await second.reached(await server.put(flag(1)));
      await opened(server, 2);
    });
  });

  it('by the first tab, it keeps its stream, and the others share one', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const first = await scene.tab();
      await block(first);
      assert.equal(await first.start(server.url), 'ready');
      const others = await scene.tabs(server.url, 2);
      const revision = await server.put(flag(1));
      for (const tab of [first, ...others]) await tab.reached(revision);
      assert.deepEqual((await first.heard()).statuses, ['ready']);
      await streams(server, 2);
      await opened(server, 2);
    });
  });
});

describe('a first tab that is stuck', () => {
  it('does not keep the next from a stream, which those after it share once the lock is free', async () => {
    await stage.play(async (scene) => {
      const server = await scene.server([flag(0)]);
      const [first] = (await scene.tabs(server.url, 1)) as [Tab];
      const resume = await first.pause();
      const [second] = (await scene.tabs(server.url, 1)) as [Tab];
      await streams(server, 2);
      await resume();
      await first.closeClient();
      const [third] = (await scene.tabs(server.url, 1)) as [Tab];
      const revision = await server.put(flag(1));
      for (const tab of [second, third]) await tab.reached(revision);
      assert.deepEqual((await second.heard()).statuses, ['ready']);
      await streams(server, 1);
      await opened(server, 2);
    });
  });
});

/** What the page asks for from now on, as paths. */
function loads(tab: Tab): string[] {
  const paths: string[] = [];
  tab.page.on('request', (request) => paths.push(new URL(request.url()).pathname));
  return paths;
}

/** As a network that loses it, or a policy that forbids it. */
async function block(tab: Tab): Promise<void> {
  await tab.page.route(`**${PART}`, (route) => route.abort());
}

/**
 * Two changes, of which the tab has one and half of the other, in one piece. Gives the revisions that they make.
 */
async function cutBetween(server: Server, link: Link, tab: Tab): Promise<[before: number, after: number]> {
  link.hold();
  const before = await server.put(flag(1));
  const after = await server.put(flag(2));
  await eventually('both changes', async () => link.held, (held) => held.includes('flag_2') && held.endsWith('\n\n\r\n'));
  link.pass(40);
  await tab.reached(before);
  return [before, after];
}

/** So many streams has the server accepted in all, each from its start. */
async function opened(server: Server, count: number): Promise<void> {
  assert.equal(await server.metric('sidekick_streams_opened_total{kind="replay"}'), count);
  // A kind that has not come yet is not there.
  await assert.rejects(server.metric('sidekick_streams_opened_total{kind="resume"}'), /no sidekick_streams_opened_total/);
}
