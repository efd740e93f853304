// The app goes to the background and comes back, and the network is another one.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { next, reached } from '../../../../js/shared/test/support/events.js';
import { KEY, Server } from '../../../../js/shared/test/support/server.js';
import { replay } from '../../../../js/shared/test/support/stream.js';
import { stream, type StreamServer, streamServer } from '../../../../js/shared/test/support/stream_server.js';
import { Network, type Phone } from './phone.js';
import { eventually, record } from './recording.js';

const ON = { key: 'on', is_enabled: true, revision: 3 };
/** Longer than the first wait for another attempt may be, in milliseconds. */
const FIRST_WAIT = 1_000;
const RESUMED = 'event: resumed\ndata: 3\n\n';

/** A replay, and then streams that resume. */
function resuming(note: (response: ServerResponse) => void = () => undefined): Promise<StreamServer> {
  return streamServer((response, number) => {
    note(response);
    stream(response, number > 0 ? RESUMED : replay([ON], 3));
  });
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function appTests(phone: Phone): void {
  describe('an app in the background', () => {
    it('has no stream, and in the foreground goes on where it was', async () => {
      const server = await Server.start([{ key: 'on', is_enabled: true }]);
      const client = phone.client(server.url, KEY);
      try {
        await client.init();
        const recording = record(client);
        phone.move('background');
        assert.equal(client.status, 'stale');
        await eventually('no stream is left', async () => (await server.metric('sidekick_streams_connected')) === 0);
        const revision = await server.put({ key: 'on', is_enabled: false });
        assert.equal(client.isEnabled('on', 'u'), true);
        const before = performance.now();
        phone.move('active');
        await reached(client, revision);
        // The engine keeps two attempts a second apart.
        assert.ok(performance.now() - before < FIRST_WAIT + 500, `${performance.now() - before} ms`);
        assert.equal(client.isEnabled('on', 'u'), false);
        assert.deepEqual([recording.statuses, recording.errors], [['stale', 'ready'], []]);
        assert.equal(await server.metric('sidekick_streams_opened_total{kind="resume"}'), 1);
      } finally {
        await client.close();
        await server.dispose();
      }
    });

    it('asks for nothing and has no timer, also where it had lost the stream before', async () => {
      const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
      const own = await Server.start([{ key: 'on', is_enabled: true }]);
      await using other = await resuming();
      try {
        await pause(0);
        const before = timers();
        const network = new Network();
        const lost = phone.client(own.url, KEY, { netInfo: network });
        const live = phone.client(other.url, KEY, { netInfo: network });
        await Promise.all([lost.init(), live.init()]);
        const recordings = [lost, live].map(record);
        const outage = next(lost, 'status');
        await own.kill();
        await outage;
        assert.ok(timers() > before);
        phone.move('background');
        // What is due at once has been.
        await pause(20);
        assert.ok(timers() <= before, `${timers()} timers, and ${before} before`);
        const { sent } = phone;
        await own.start();
        network.become({ isConnected: true, type: 'cellular' });
        await pause(FIRST_WAIT + 100);
        assert.equal(phone.sent, sent);
        const ready = [next(lost, 'ready'), next(live, 'ready')];
        phone.move('active');
        await Promise.all(ready);
        assert.deepEqual(recordings.map(({ statuses }) => statuses), [['stale', 'ready'], ['stale', 'ready']]);
        assert.deepEqual(recordings[1]?.errors, []);
        await lost.close();
        await live.close();
      } finally {
        await own.dispose();
      }
    });

    it('starts with the foreground where it went away before it had started', async () => {
      await using server = await resuming();
      const client = phone.client(server.url, KEY, { storage: { load: () => pause(100).then(() => undefined), save: () => undefined } });
      const opened = client.init();
      // It listens from the moment on at which it asks its storage.
      await pause(20);
      phone.move('background');
      await pause(300);
      assert.equal(server.requests.length, 0);
      phone.move('active');
      await opened;
      assert.equal(server.requests.length, 1);
      await client.close();
    });

    it('waits as long as a server has asked for, the foreground notwithstanding', async () => {
      const times: number[] = [];
      await using server = await streamServer((response, number) => {
        times.push(performance.now());
        if (number === 0) response.writeHead(503, { 'retry-after': '2' }).end();
        else stream(response, replay([ON], 3));
      });
      const client = phone.client(server.url, KEY, { onError: () => undefined });
      const opened = client.init();
      await next(client, 'error');
      for (const state of ['background', 'active', 'background', 'active'] as const) phone.move(state);
      await opened;
      assert.equal(times.length, 2);
      // Timers may come a moment early.
      assert.ok(times[1]! - times[0]! > 1_990, `${times[1]! - times[0]!} ms`);
      await client.close();
    });

    it('is not one that is inactive', async () => {
      await using server = await resuming();
      const client = phone.client(server.url, KEY);
      await client.init();
      const recording = record(client);
      phone.move('inactive');
      phone.move('active');
      await pause(FIRST_WAIT + 100);
      assert.equal(server.requests.length, 1);
      assert.deepEqual(recording.statuses, []);
      await client.close();
    });
  });

  describe('a network', () => {
    it('of another kind gets a stream of its own, at once', async () => {
      const responses: ServerResponse[] = [];
      await using server = await resuming((response) => responses.push(response));
      const network = new Network();
      const types = ['cellular', 'wifi', 'ethernet', 'vpn'];
      const client = phone.client(server.url, KEY, { netInfo: network });
      await client.init();
      const recording = record(client);
      for (const type of types) {
        // The engine keeps two attempts a second apart.
        await pause(FIRST_WAIT + 100);
        const closed = once(responses.at(-1)!, 'close');
        const ready = next(client, 'ready');
        const before = performance.now();
        network.become({ isConnected: true, type });
        await Promise.all([closed, ready]);
        assert.ok(performance.now() - before < 300, `${performance.now() - before} ms`);
      }
      assert.deepEqual(server.requests.map(({ headers }) => headers['last-event-id']), [undefined, ...types.map(() => 'e:3')]);
      assert.deepEqual([recording.statuses, recording.errors], [types.flatMap(() => ['stale', 'ready']), []]);
      await client.close();
      assert.equal(network.listeners, 0);
    });

    it('that gets known, is told of again or is not known is no other one', async () => {
      await using server = await resuming();
      const network = new Network(null);
      const client = phone.client(server.url, KEY, { netInfo: network });
      await client.init();
      for (const [isConnected, type] of [[true, 'wifi'], [true, 'wifi'], [null, 'unknown'], [true, 'wifi']] as const) {
        network.become({ isConnected, type });
        assert.equal(client.status, 'ready');
      }
      assert.equal(server.requests.length, 1);
      await client.close();
    });

    it('that is back ends the wait for the next attempt', async () => {
      const server = await Server.start([{ key: 'on', is_enabled: true }]);
      const network = new Network();
      const client = phone.client(server.url, KEY, { netInfo: network, onError: () => undefined });
      try {
        await client.init();
        network.become({ isConnected: false, type: 'none' });
        assert.equal(client.status, 'stale');
        await server.kill();
        // The waits grow meanwhile.
        await pause(5_000);
        await server.start();
        const ready = next(client, 'ready');
        const before = performance.now();
        network.become({ isConnected: true, type: 'wifi' });
        await ready;
        assert.ok(performance.now() - before < FIRST_WAIT + 500, `${performance.now() - before} ms`);
      } finally {
        await client.close();
        await server.dispose();
      }
    });

    it('that flaps does not make as many attempts', async () => {
      await using server = await resuming();
      const network = new Network();
      const client = phone.client(server.url, KEY, { netInfo: network });
      await client.init();
      for (let turn = 0; turn < 40; turn += 1) {
        network.become({ isConnected: true, type: turn % 2 > 0 ? 'wifi' : 'cellular' });
        await pause(50);
      }
      if (client.status !== 'ready') await next(client, 'ready');
      // In two seconds; the engine waits longer each time, and at most until a second after the last attempt.
      assert.ok(server.requests.length > 1 && server.requests.length < 10, `${server.requests.length} requests`);
      await client.close();
    });
  });
}
