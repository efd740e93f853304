// What a server may answer that is no stream, or that ends: which error comes of it, and what is left open.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import type { SidekickError } from '../../src/errors.js';
import { next } from './events.js';
import { replay, upsert } from './stream.js';
import { stream, type StreamServer, streamServer } from './stream_server.js';
import type { Client, Subject } from './subject.js';

const HALF = { key: 'flag', is_enabled: true, rollout_percentage: 50, revision: 3 };
const PRO = { attribute: 'plan', operator: 'Equals', values: ['pro'] };

export function transportTests(subject: Subject): void {
  /** A client of the server, with what it reports; started. */
  async function withClient(
    server: StreamServer,
    act: (client: Client, errors: SidekickError[]) => Promise<void>,
  ): Promise<void> {
    const errors: SidekickError[] = [];
    const client = subject.make(server.url, 'key', { onError: (error) => errors.push(error) });
    try {
      void client.init();
      await act(client, errors);
    } finally {
      await client.close();
    }
  }

  describe('an answer', () => {
    const wrong: [string, string, number | undefined, (response: ServerResponse) => void][] = [
      ['with another status', 'UNEXPECTED_STATUS', 500, (response) => response.writeHead(500, { 'content-type': 'text/event-stream' })],
      ['of another type', 'NOT_AN_EVENT_STREAM', undefined, (response) => response.writeHead(200, { 'content-type': 'text/html' })],
      ['without a type', 'NOT_AN_EVENT_STREAM', undefined, (response) => response.writeHead(200)],
      ['that refuses the key', 'REFUSED', 403, (response) => response.writeHead(403)],
    ];
    for (const [what, code, status, head] of wrong) {
      it(`${what} is the error ${code}, and its body is not waited for`, async () => {
        let closed: Promise<unknown> | undefined;
        await using server = await streamServer((response) => {
          head(response);
          response.write('a body that never ends');
          closed ??= once(response, 'close');
        });
        await withClient(server, async (client) => {
          const error = await next(client, 'error');
          assert.deepEqual([error.code, error.status], [code, status]);
          await closed;
        });
      });
    }

    it('of 503 is tried again when the server said so, and not before', async () => {
      const times: number[] = [];
      await using server = await streamServer((response, number) => {
        times.push(performance.now());
        if (number === 0) response.writeHead(503, { 'retry-after': '2' }).end();
        else stream(response, replay([HALF], 3));
      });
      await withClient(server, async (client, errors) => {
        await client.init();
        assert.deepEqual(errors.map(({ code, status }) => [code, status]), [['UNEXPECTED_STATUS', 503]]);
        assert.equal(times.length, 2);
        // Timers may come a moment early.
        assert.ok(times[1]! - times[0]! > 1_990, `${times[1]! - times[0]!} ms`);
      });
    });

    it('without a body is an error too', async () => {
      await using server = await streamServer((response) => response.writeHead(204).end());
      await withClient(server, async (client) => {
        const error = await next(client, 'error');
        assert.deepEqual([error.code, error.status], ['UNEXPECTED_STATUS', 204]);
      });
    });

    it('that comes in single bytes is read as well', async () => {
      await using server = await streamServer((response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        void (async () => {
          for (const byte of Buffer.from(replay([{ ...HALF, description: 'ümläut 😀' }], 3))) {
            response.write(Uint8Array.of(byte));
            await new Promise(setImmediate);
          }
        })();
      });
      await withClient(server, async (client) => {
        await client.init();
        assert.equal(client.flags()[0]?.description, 'ümläut 😀');
      });
    });
  });

  describe('a stream', () => {
    it('that breaks is CONNECTION_LOST, and the next one resumes it', async () => {
      await using server = await streamServer((response, number) => {
        if (number > 0) return stream(response, 'event: resumed\ndata: 3\n\n');
        stream(response, replay([HALF], 3));
        setImmediate(() => response.destroy());
      });
      await withClient(server, async (client, errors) => {
        await next(client, 'status', (status) => status === 'stale');
        await next(client, 'ready');
        assert.deepEqual(errors.map(({ code }) => code), ['CONNECTION_LOST']);
        assert.ok(errors[0]?.cause instanceof Error);
        assert.deepEqual(server.requests.map(({ headers }) => headers['last-event-id']), [undefined, 'e:3']);
      });
    });

    it('that is no stream of Sidekick\'s is dropped', async () => {
      let closed: Promise<unknown> | undefined;
      await using server = await streamServer((response) => {
        stream(response, 'data: hello\n\n');
        closed ??= once(response, 'close');
      });
      await withClient(server, async (client) => {
        assert.equal((await next(client, 'error')).code, 'INVALID_STREAM');
        await closed;
      });
    });

    it('is dropped by close', async () => {
      let closed: Promise<unknown> | undefined;
      await using server = await streamServer((response) => {
        stream(response, replay([HALF], 3));
        closed = once(response, 'close');
      });
      await withClient(server, (client) => client.init());
      await closed;
    });

    it('that changes a flag and then breaks has changed it for an error listener, too', async () => {
      let write = (_text: string): unknown => undefined;
      await using server = await streamServer((response) => {
        stream(response, replay([{ ...HALF, rollout_percentage: 0, rules: [PRO] }, { key: 'fixed', is_enabled: false }], 3));
        write = (text) => response.write(text);
      });
      await withClient(server, async (client) => {
        await client.init();
        const given = { plan: 'basic', email: 'pro' };
        const user = client.forUser('u', given);
        const ask = (): boolean[] => [client.isEnabled('flag', 'u', given), user.isEnabled('flag'), client.isEnabled('fixed', 'u')];
        assert.deepEqual(ask(), [false, false, false]);
        let inListener: boolean[] = [];
        client.on('error', () => (inListener = ask()));
        const heard = next(client, 'error');
        // The same place in the rules now names another attribute.
        const changed = { ...HALF, rollout_percentage: 0, rules: [{ ...PRO, attribute: 'email' }] };
        write(`${upsert(changed, 4)}${upsert({ key: 'fixed', is_enabled: true }, 5)}event: ready\ndata: out of place\n\n`);
        await heard;
        assert.deepEqual(inListener, [true, true, true]);
      });
    });

    it('that replays flags which did not change leaves the answers as they were', async () => {
      let write = (_text: string): unknown => undefined;
      const flags = [{ ...HALF, rollout_percentage: 0, rules: [PRO] }, { key: 'fixed', is_enabled: true, revision: 1 }];
      await using server = await streamServer((response) => {
        stream(response, replay(flags, 3));
        write = (text) => response.write(text);
      });
      await withClient(server, async (client, errors) => {
        await client.init();
        const user = client.forUser('u', { plan: 'pro' });
        const ways: [() => unknown, unknown][] = [
          [() => client.isEnabled('flag', 'u', { plan: 'pro' }), true],
          [() => client.evaluate('flag', 'u', { plan: 'pro' }).reason, 'TARGETING_MATCH'],
          [() => user.isEnabled('flag'), true],
          [() => user.evaluate('flag').reason, 'TARGETING_MATCH'],
          [() => client.isEnabled('fixed', 'u'), true],
        ];
        for (const [ask, expected] of ways) assert.equal(ask(), expected);
        for (const way of ways.keys()) {
          const last = next(client, 'change', (keys) => keys.includes(`last-${way}`));
          // In another order, so that each flag has another place.
          flags.reverse();
          write(replay(flags, 4 + 2 * way) + upsert({ key: `last-${way}`, is_enabled: true }, 5 + 2 * way));
          await last;
          // Whoever is asked first meets what the replay left, so each is it once.
          for (const [ask, expected] of [...ways.slice(way), ...ways.slice(0, way)]) assert.equal(ask(), expected);
        }
        assert.deepEqual(errors, []);
      });
    });
  });
}
