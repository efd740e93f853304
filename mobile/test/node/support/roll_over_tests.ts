// A request whose text has grown gives its place to another one, and nobody sees it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { next, reached } from '../../../../js/shared/test/support/events.js';
import { KEY, Server } from '../../../../js/shared/test/support/server.js';
import { replay, upsert } from '../../../../js/shared/test/support/stream.js';
import { stream, streamServer } from '../../../../js/shared/test/support/stream_server.js';
import { LONGEST_TEXT } from '../../../ts/stream_engine.js';
import type { Phone } from './phone.js';
import { eventually, record } from './recording.js';

/** Rules of so many bytes, and a bit. */
function rulesOf(bytes: number): object[] {
  return [{ attribute: 'email', operator: 'Equals', values: Array.from({ length: bytes / 500 }, (_, index) => `${index}`.padEnd(497, 'x')) }];
}

/** A flag that takes so many bytes of a stream, and a bit. */
const large = (key: string, bytes: number): { key: string; is_enabled: boolean; revision: number; rules: object[] } => ({
  key,
  is_enabled: true,
  revision: 3,
  rules: rulesOf(bytes),
});

/** How many streams were resumed. */
const resumed = (server: Server): Promise<number> =>
  // There is no such series before the first one.
  server.metric('sidekick_streams_opened_total{kind="resume"}').catch(() => 0);

export function rollOverTests(phone: Phone): void {
  describe('the roll-over', () => {
    it('loses and doubles no change, and shows no error and no other status', async () => {
      const server = await Server.start([{ key: 'first', is_enabled: true }]);
      const client = phone.client(server.url, KEY);
      try {
        await client.init();
        const recording = record(client);
        const written: string[] = [];
        // Several times the longest text, with changes under way while one request takes the other's place.
        for (let round = 0; round < 15; round += 1) {
          const keys = Array.from({ length: 4 }, (_, index) => `flag-${round}-${index}`);
          for (const revision of await Promise.all(keys.map((key) => server.put({ key, is_enabled: true, rules: rulesOf(100_000) })))) {
            assert.equal(client.status, 'ready');
            await reached(client, revision);
          }
          written.push(...keys);
        }
        assert.deepEqual(recording.changes.sort(), written.sort());
        const streams = await resumed(server);
        assert.ok(streams >= 4, `${streams} streams were resumed`);
        assert.deepEqual([recording.statuses, recording.errors], [[], []]);
        assert.deepEqual(client.flags(), await server.flags());
        await eventually('one stream is left', async () => (await server.metric('sidekick_streams_connected')) === 1);
      } finally {
        await client.close();
        await server.dispose();
      }
    });

    it('waits for the end of a replay, and then comes at once', async () => {
      const many = Array.from({ length: 10_000 }, (_, index) => ({ key: `flag-${index}`, is_enabled: true }));
      const server = await Server.start(many);
      // V8's cost of a long text is not a phone's.
      const client = phone.client(server.url, KEY, { initTimeout: 30_000 });
      const recording = record(client);
      try {
        await client.init();
        assert.equal(client.flags().length, many.length);
        await eventually('the stream is resumed', async () => (await resumed(server)) === 1);
        await reached(client, await server.put({ key: 'live', is_enabled: true }));
        assert.equal(recording.changes.length, many.length + 1);
        assert.deepEqual([recording.statuses, recording.errors], [['ready'], []]);
        assert.equal(await server.metric('sidekick_streams_opened_total{kind="replay"}'), 1);
      } finally {
        await client.close();
        await server.dispose();
      }
    });

    it('does not come again for a replay that a server sends though it was asked to resume', async () => {
      const flags = Array.from({ length: 11 }, (_, index) => large(`flag-${index}`, LONGEST_TEXT / 10));
      const writes: ((text: string) => unknown)[] = [];
      await using server = await streamServer((response, number) => {
        if (number > 1) return;
        stream(response, replay(flags, 3));
        writes.push((text) => response.write(text));
      });
      const client = phone.client(server.url, KEY);
      const recording = record(client);
      await client.init();
      await eventually('the second request is there', () => writes.length === 2);
      // Longer than the engine keeps two attempts apart, with the stream at work.
      for (let revision = 4; revision < 20; revision += 1) {
        const changed = next(client, 'change');
        writes[1]!(upsert(large('live', 1_000), revision));
        await changed;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.equal(server.requests.length, 2);
      // But for what has changed since.
      for (let revision = 20; revision < 31; revision += 1) writes[1]!(upsert(large('live', LONGEST_TEXT / 10), revision));
      await eventually('the third request is there', () => server.requests.length === 3);
      assert.match(String(server.requests[2]?.headers['last-event-id']), /^e:(2[89]|30)$/);
      assert.deepEqual([recording.statuses, recording.errors], [['ready'], []]);
      await client.close();
    });

    it('comes at once', async () => {
      const writes: ((text: string) => unknown)[] = [];
      await using server = await streamServer((response, number) => {
        stream(response, number === 0 ? replay([], 3) : `event: resumed\ndata: ${revision}\n\n`);
        writes.push((text) => response.write(text));
      });
      let revision = 3;
      const client = phone.client(server.url, KEY);
      await client.init();
      for (let round = 1; round < 5; round += 1) {
        // The engine keeps two attempts a second apart.
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        for (let event = 0; event < 2; event += 1) writes.at(-1)!(upsert(large('live', LONGEST_TEXT / 2), (revision += 1)));
        await reached(client, revision);
        const before = performance.now();
        await eventually('the next request is there', () => server.requests.length > round);
        assert.ok(performance.now() - before < 300, `${performance.now() - before} ms`);
      }
      await client.close();
    });

    it('that is under way when the app goes away is seen, and goes on with the app', async () => {
      await using server = await streamServer((response, number) => {
        if (number === 0) stream(response, replay(Array.from({ length: 11 }, (_, index) => large(`flag-${index}`, LONGEST_TEXT / 10)), 3));
        else if (number > 1) stream(response, 'event: resumed\ndata: 3\n\n');
      });
      const client = phone.client(server.url, KEY);
      const recording = record(client);
      await client.init();
      await eventually('the second request is there', () => server.requests.length === 2);
      assert.equal(client.status, 'ready');
      phone.move('background');
      assert.equal(client.status, 'stale');
      phone.move('active');
      await eventually('it is ready again', () => recording.statuses.length === 3);
      assert.deepEqual([recording.statuses, recording.errors], [['ready', 'stale', 'ready'], []]);
      await client.close();
    });

    it('that meets a server\'s goodbye is seen as long as the server is away', async () => {
      await using server = await streamServer((response, number) => {
        if (number === 0) return stream(response, replay(Array.from({ length: 11 }, (_, index) => large(`flag-${index}`, LONGEST_TEXT / 10)), 3));
        stream(response, number > 1 ? 'event: resumed\ndata: 3\n\n' : 'retry: 1000\n\n');
        if (number === 1) response.end();
      });
      const client = phone.client(server.url, KEY);
      const recording = record(client);
      await client.init();
      await eventually('it is ready again', () => recording.statuses.length === 3);
      assert.deepEqual([recording.statuses, recording.errors], [['ready', 'stale', 'ready'], []]);
      await client.close();
    });

    it('that fails is an outage as any other', async () => {
      await using server = await streamServer((response, number) => {
        if (number === 0) stream(response, replay(Array.from({ length: 11 }, (_, index) => large(`flag-${index}`, LONGEST_TEXT / 10)), 3));
        else if (number === 1) response.writeHead(500).end();
        else stream(response, 'event: resumed\ndata: 3\n\n');
      });
      const client = phone.client(server.url, KEY);
      const recording = record(client);
      const statuses: string[] = [];
      client.on('error', () => statuses.push(client.status));
      await client.init();
      await eventually('it is ready again', () => recording.statuses.length === 3);
      assert.deepEqual([recording.statuses, recording.errors], [['ready', 'stale', 'ready'], ['UNEXPECTED_STATUS']]);
      assert.deepEqual(statuses, ['stale']);
      await client.close();
    });
  });
}
