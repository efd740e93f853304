// A client against the real server: start, changes, outages, keys, storage, and the end.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Status } from '../../src/engine.js';
import type { SidekickError } from '../../src/errors.js';
import type { ClientOptions } from '../../src/options.js';
import { next, reached } from './events.js';
import { freePort } from './ports.js';
import { KEY, Server } from './server.js';
import { replay } from './stream.js';
import { stream, streamServer } from './stream_server.js';
import type { Client, Subject } from './subject.js';

const ON = { key: 'on', is_enabled: true };
const ACME = { attribute: 'email', operator: 'EndsWith', values: ['@acme.com'] };

export function clientTests(subject: Subject): void {
  /** Runs `act` with a client that is closed afterwards, and errors that go to a list. */
  async function withClient(
    url: string,
    act: (client: Client, errors: SidekickError[]) => Promise<void>,
    options: ClientOptions & { key?: string } = {},
  ): Promise<void> {
    const errors: SidekickError[] = [];
    const client = subject.make(url, options.key ?? KEY, { onError: (error) => errors.push(error), ...options });
    try {
      await act(client, errors);
    } finally {
      await client.close();
    }
  }

  describe('the client', () => {
    let server: Server;
    before(async () => {
      server = await Server.start([ON, { key: 'rules', is_enabled: true, rollout_percentage: 0, rules: [ACME] }]);
    });
    after(() => server.dispose());

    it('answers the default until it has flags, and from the flags after init', async () => {
      await withClient(server.url, async (client, errors) => {
        assert.deepEqual([client.status, client.revision, client.flags(), client.snapshot()], ['connecting', 0, [], undefined]);
        assert.equal(client.isEnabled('on', 'u'), false);
        assert.equal(client.isEnabled('on', 'u', {}, true), true);
        await client.init();
        assert.equal(client.status, 'ready');
        assert.equal(client.isEnabled('on', 'u'), true);
        assert.equal(client.isEnabled('rules', 'u', { email: 'ann@acme.com' }), true);
        assert.equal(client.isEnabled('rules', 'u', { email: 'ann@acme.com.org' }), false);
        assert.equal(client.isEnabled('no such flag', 'u', {}, true), true);
        assert.deepEqual(client.flags(), await server.flags());
        assert.deepEqual(errors, []);
      });
    });

    it('tells changes with their keys, and answers by them when it tells them', async () => {
      await withClient(server.url, async (client) => {
        await client.init();
        const heard: (readonly [readonly string[], boolean])[] = [];
        client.on('change', (keys) => heard.push([keys, client.isEnabled('live', 'u')]));
        assert.equal(client.isEnabled('live', 'u'), false);
        await reached(client, await server.put({ key: 'live', is_enabled: true }));
        await reached(client, await server.put({ key: 'live', is_enabled: false }));
        await reached(client, await server.put({ key: 'live', is_enabled: true, rollout_percentage: 100 }));
        const gone = next(client, 'change');
        await server.delete('live');
        await gone;
        const keys = ['live'];
        assert.deepEqual(heard, [[keys, true], [keys, false], [keys, true], [keys, false]]);
        assert.equal(client.isEnabled('live', 'u', {}, true), true);
      });
    });

    it('gives the same promise while it waits and when it is done', async () => {
      await withClient(server.url, async (client) => {
        const first = client.init();
        assert.equal(client.init(), first);
        await first;
        assert.equal(client.init(), first);
      });
    });

    it('serves the last flags while the server is gone, and goes on where it was when it is back', async () => {
      const own = await Server.start([ON]);
      try {
        await withClient(own.url, async (client, errors) => {
          const statuses: Status[] = [];
          let readies = 0;
          client.on('status', (status) => statuses.push(status));
          client.on('ready', () => (readies += 1));
          await client.init();
          const stale = next(client, 'status', (status) => status === 'stale');
          await own.kill();
          await stale;
          assert.equal(client.isEnabled('on', 'u'), true);
          const ready = next(client, 'ready');
          await own.start();
          await ready;
          assert.equal(await own.metric('sidekick_streams_opened_total{kind="resume"}'), 1);
          await reached(client, await own.put({ key: 'later', is_enabled: true }));
          assert.equal(client.isEnabled('later', 'u'), true);
          assert.deepEqual(statuses, ['ready', 'stale', 'ready']);
          assert.equal(readies, 2);
          assert.equal(errors[0]?.code, 'CONNECTION_LOST');
          assert.ok(errors.slice(1).every(({ code }) => code === 'CONNECTION_FAILED'));
        });
      } finally {
        await own.dispose();
      }
    });

    it('takes a shutdown for no error', async () => {
      const own = await Server.start([ON]);
      try {
        await withClient(own.url, async (client, errors) => {
          await client.init();
          const stale = next(client, 'status', (status) => status === 'stale');
          await Promise.all([own.terminate(), stale]);
          assert.deepEqual(errors.filter(({ code }) => code !== 'CONNECTION_FAILED'), []);
        });
      } finally {
        await own.dispose();
      }
    });

    it('fails init with REFUSED for a wrong key', async () => {
      await withClient(
        server.url,
        async (client, errors) => {
          await assert.rejects(client.init(), { name: 'SidekickError', code: 'REFUSED', status: 401 });
          assert.deepEqual(errors.map(({ code }) => code), ['REFUSED']);
          assert.equal(client.status, 'connecting');
        },
        { key: 'wrong' },
      );
    });

    it('fails init when the time is over, saying what went wrong, and comes to life when the server does', async () => {
      const own = await Server.start([ON]);
      await own.kill();
      try {
        await withClient(
          own.url,
          async (client, errors) => {
            const first = client.init();
            await assert.rejects(first, ({ code, message }: SidekickError) => {
              assert.equal(code, 'INIT_TIMEOUT');
              assert.match(message, /within 300 ms; the last error was CONNECTION_FAILED: /);
              assert.match(message, subject.unreachable ?? /ECONNREFUSED/);
              return true;
            });
            assert.ok(errors.every(({ code }) => code === 'CONNECTION_FAILED') && errors.length > 0);
            await own.start();
            let again = client.init();
            assert.notEqual(again, first);
            for (;;) {
              try {
                await again;
                break;
              } catch (error) {
                assert.equal((error as SidekickError).code, 'INIT_TIMEOUT');
                again = client.init();
              }
            }
            assert.equal(client.isEnabled('on', 'u'), true);
          },
          { initTimeout: 300 },
        );
      } finally {
        await own.dispose();
      }
    });

    it('fails init for an unusable address or key, at once and every time, and never throws before', async () => {
      for (const url of [undefined, '', 'nonsense', 'ftp://example.com', 'http://user:pass@localhost'] as string[]) {
        await withClient(url, async (client, errors) => {
          await assert.rejects(client.init(), { code: 'INVALID_URL' });
          await assert.rejects(client.init(), { code: 'INVALID_URL' });
          assert.equal(client.isEnabled('on', 'u', {}, true), true);
          assert.deepEqual(errors.map(({ code }) => code), ['INVALID_URL', 'INVALID_URL']);
        });
      }
      await withClient(server.url, async (client) => assert.rejects(client.init(), { code: 'INVALID_HEADER' }), { key: 'a\nb' });
    });

    it('starts from a bootstrap at once where there is no server', async () => {
      await withClient(
        `http://127.0.0.1:${await freePort()}`,
        async (client, errors) => {
          await client.init();
          assert.equal(client.status, 'stale');
          assert.equal(client.revision, 7);
          assert.equal(client.isEnabled('on', 'u'), true);
          assert.ok(errors.every(({ code }) => code === 'CONNECTION_FAILED'));
        },
        { bootstrap: subject.snapshotOf([{ ...ON, revision: 7 }], 7) },
      );
    });

    it('reports a bootstrap or stored snapshot that is none, and starts without it', async () => {
      await withClient(
        server.url,
        async (client, errors) => {
          await client.init();
          assert.equal(client.status, 'ready');
          assert.deepEqual(errors.map(({ code }) => code), ['INVALID_SNAPSHOT', 'INVALID_SNAPSHOT']);
          assert.match(errors[0]?.message ?? '', /^options\.bootstrap is not used: /);
          assert.match(errors[1]?.message ?? '', /^the stored snapshot is not used: /);
        },
        { bootstrap: 'nonsense', storage: { load: () => subject.snapshotOf([ON]).slice(0, -3), save: () => undefined } },
      );
    });

    it('keeps the flags in a storage, and starts from it without a server', async () => {
      let kept: string | undefined;
      const storage = {
        load: () => Promise.resolve(kept),
        save: (snapshot: string) => {
          kept = snapshot;
        },
      };
      const own = await Server.start([ON]);
      try {
        await withClient(own.url, (client) => client.init(), { storage });
        await own.kill();
        await withClient(
          own.url,
          async (client) => {
            await client.init();
            assert.equal(client.status, 'stale');
            assert.equal(client.isEnabled('on', 'u'), true);
            assert.equal(client.snapshot(), kept);
            const ready = next(client, 'ready');
            await own.start();
            await ready;
            assert.equal(await own.metric('sidekick_streams_opened_total{kind="resume"}'), 1);
          },
          { storage },
        );
      } finally {
        await own.dispose();
      }
    });

    it('does not wait for a storage that hangs', async () => {
      await withClient(server.url, (client) => client.init(), {
        storage: { load: () => new Promise(() => undefined), save: () => undefined },
      });
    });

    it('answers from the last flags after close, and closes as often as it is told', async () => {
      await withClient(server.url, async (client) => {
        await client.init();
        const bound = client.forUser('u', { email: 'ann@acme.com' });
        const statuses: Status[] = [];
        client.on('status', (status) => {
          statuses.push(status);
          void client.close();
        });
        const closed = client.close();
        assert.equal(client.close(), closed);
        assert.equal(client.status, 'closed');
        assert.equal(client.isEnabled('on', 'u'), true);
        assert.equal(client.isEnabled('rules', 'u', { email: 'ann@acme.com' }), true);
        assert.equal(bound.isEnabled('rules'), true);
        assert.equal(client.flags().length > 0, true);
        await closed;
        assert.deepEqual(statuses, ['closed']);
      });
    });

    it('fails init with CLOSED when it is closed before it has flags, and after', async () => {
      await withClient(server.url, async (client) => {
        const waiting = client.init();
        void client.close();
        await assert.rejects(waiting, { code: 'CLOSED' });
        await assert.rejects(client.init(), { code: 'CLOSED' });
        assert.equal(client.isEnabled('on', 'u', {}, true), true);
      });
    });

    it('lets the stream go when it is closed', async () => {
      const own = await Server.start([ON]);
      try {
        await withClient(own.url, async (client) => {
          await client.init();
          assert.equal(await own.metric('sidekick_streams_connected'), 1);
        });
        const end = Date.now() + 10_000;
        while ((await own.metric('sidekick_streams_connected')) > 0) assert.ok(Date.now() < end, 'the stream is still open');
      } finally {
        await own.dispose();
      }
    });

    it('lives beside other clients in one process', async () => {
      const other = await Server.start([{ key: 'on', is_enabled: false }]);
      try {
        await withClient(server.url, (first) =>
          withClient(server.url, (second) =>
            withClient(other.url, async (third) => {
              const clients = [first, second, third];
              await Promise.all(clients.map((client) => client.init()));
              assert.deepEqual(clients.map((client) => client.isEnabled('on', 'u')), [true, true, false]);
              await first.close();
              const revision = await server.put({ key: 'shared', is_enabled: true });
              await reached(second, revision);
              assert.deepEqual(clients.map((client) => client.isEnabled('shared', 'u')), [false, true, false]);
              await server.delete('shared');
            }),
          ),
        );
      } finally {
        await other.dispose();
      }
    });

    it('takes 10,000 flags', async () => {
      const many = Array.from({ length: 10_000 }, (_, index) => ({
        key: `flag-${index}`,
        is_enabled: index % 3 > 0,
        rollout_percentage: index % 3 > 1 ? 50 : null,
        rules: index % 5 > 0 ? [] : [ACME],
      }));
      const own = await Server.start(many);
      try {
        await withClient(own.url, async (client) => {
          await client.init();
          assert.deepEqual(client.flags(), await own.flags());
          for (const [index, flag] of many.entries()) {
            const expected = flag.is_enabled && (flag.rules.length > 0 || flag.rollout_percentage === null);
            if (expected || !flag.is_enabled) {
              assert.equal(client.isEnabled(flag.key, 'u', { email: 'a@acme.com' }), expected, `flag ${index}`);
            }
          }
        });
      } finally {
        await own.dispose();
      }
    });

    it('asks for the address below a prefix, with the headers of the caller', async () => {
      await using edge = await streamServer((response) => stream(response, replay([ON], 3)));
      await withClient(`${edge.url}/flags/`, (client) => client.init(), { headers: { 'X-Tenant': 'a' } });
      const [request] = edge.requests;
      assert.equal(request?.url, '/flags/stream');
      const { accept, authorization, 'x-tenant': tenant } = request?.headers ?? {};
      assert.deepEqual([accept, authorization, tenant], ['text/event-stream', `Bearer ${KEY}`, 'a']);
    });
  });

  describe('what nobody listens for', () => {
    it('goes to the logger, each kind of trouble once until the stream is up again', async () => {
      const said: string[] = [];
      const own = await Server.start([ON]);
      const client = subject.make(own.url, KEY, { logger: { warn: (message) => said.push(message) } });
      try {
        client.on('change', () => {
          throw new Error('from a listener');
        });
        await client.init();
        for (let outage = 0; outage < 2; outage += 1) {
          const stale = next(client, 'status', (status) => status === 'stale');
          await own.kill();
          await stale;
          const ready = next(client, 'ready');
          await own.start();
          await ready;
        }
        assert.match(said[0] ?? '', /^sidekick: a listener threw: Error: from a listener\n/);
        const lost = said.filter((line) => line.startsWith('sidekick: CONNECTION_LOST: '));
        const failed = said.filter((line) => line.startsWith('sidekick: CONNECTION_FAILED: '));
        assert.equal(lost.length, 2);
        assert.ok(failed.length <= 2);
        assert.equal(said.length, 1 + lost.length + failed.length);
      } finally {
        await client.close();
        await own.dispose();
      }
    });

    it('is no unhandled rejection where init is not waited for', async () => {
      const rejections: unknown[] = [];
      const note = (reason: unknown): void => void rejections.push(reason);
      process.on('unhandledRejection', note);
      const client = subject.make('nonsense', KEY, { onError: () => undefined });
      void client.init();
      await new Promise((resolve) => setTimeout(resolve, 20));
      process.off('unhandledRejection', note);
      assert.deepEqual(rejections, []);
    });
  });
}
