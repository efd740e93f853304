// What is asked for, how a request ends, and what is said where it fails.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { next } from '../../../../js/shared/test/support/events.js';
import { freePort } from '../../../../js/shared/test/support/ports.js';
import { KEY, Server } from '../../../../js/shared/test/support/server.js';
import { replay, upsert } from '../../../../js/shared/test/support/stream.js';
import { stream, streamServer } from '../../../../js/shared/test/support/stream_server.js';
import type { Phone } from './phone.js';
import { eventually } from './recording.js';

const ON = { key: 'on', is_enabled: true, revision: 3 };

export function requestTests(phone: Phone): void {
  describe('a request', () => {
    it('asks for no compression and no stored answer', async () => {
      await using server = await streamServer((response) => stream(response, replay([ON], 3)));
      const client = phone.client(server.url, KEY);
      await client.init();
      const { headers } = server.requests[0]!;
      assert.deepEqual([headers['accept-encoding'], headers['cache-control']], ['identity', 'no-store']);
      assert.equal(headers.authorization, `Bearer ${KEY}`);
      await client.close();
    });

    it('ends with a client that is closed as soon as it has asked', async () => {
      const server = await Server.start([{ key: 'on', is_enabled: true }]);
      try {
        const clients = Array.from({ length: 3 }, () => phone.client(server.url, KEY));
        for (const client of clients) {
          const { sent } = phone;
          const opened = client.init();
          while (phone.sent === sent) await Promise.resolve();
          await client.close();
          await assert.rejects(opened, { code: 'CLOSED' });
        }
        // Theirs may come later than the next client's.
        const last = phone.client(server.url, KEY);
        await last.init();
        await eventually('one stream is left', async () => (await server.metric('sidekick_streams_connected')) === 1);
        await last.close();
      } finally {
        await server.dispose();
      }
    });

    it('that fails is explained by the platform, and by what phones forbid', async () => {
      const client = phone.client(`http://127.0.0.1:${await freePort()}`, KEY, { onError: () => undefined });
      void client.init();
      const { code, message } = await next(client, 'error');
      assert.equal(code, 'CONNECTION_FAILED');
      assert.match(message, phone.subject.unreachable!);
      assert.match(message, /; does the app allow http: \(NSAppTransportSecurity on iOS, usesCleartextTraffic on Android\)\?/);
      assert.match(message, /; on a phone localhost is the phone \(/);
      await client.close();
    });
  });

  describe('a fetch that streams', () => {
    it('is used where it is given', async () => {
      const responses: ServerResponse[] = [];
      await using server = await streamServer((response, number) => {
        responses.push(response);
        stream(response, number > 0 ? 'event: resumed\ndata: 4\n\n' : replay([ON], 3));
      });
      const addresses: string[] = [];
      const client = phone.client(server.url, KEY, {
        fetch: (address, request) => {
          addresses.push(address);
          return fetch(address, request);
        },
      });
      await client.init();
      const changed = next(client, 'change');
      responses[0]!.write(upsert({ ...ON, is_enabled: false }, 4));
      assert.deepEqual(await changed, ['on']);
      const closed = once(responses[0]!, 'close');
      phone.move('background');
      await closed;
      const ready = next(client, 'ready');
      phone.move('active');
      await ready;
      assert.deepEqual(server.requests.map(({ headers }) => [headers['last-event-id'], headers['accept-encoding']]), [
        [undefined, 'identity'],
        ['e:4', 'identity'],
      ]);
      assert.deepEqual(addresses, Array(2).fill(`${server.url}/stream`));
      await client.close();
    });

    it('and does not stream is named in the error', async () => {
      const client = phone.client('https://flags.example.com', KEY, {
        // As React Native's own, whose responses have no `body`.
        fetch: () => Promise.resolve({ status: 200, headers: new Headers({ 'Content-Type': 'text/event-stream' }) }),
        onError: () => undefined,
      });
      void client.init();
      const { message } = await next(client, 'error');
      assert.match(message, /options\.fetch does not stream; use that of expo\/fetch/);
      await client.close();
    });
  });
}
