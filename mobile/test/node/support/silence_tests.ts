// A server that says nothing any more, though the connection stands. In a file of its own, so that its time passes beside
// that of the others.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { next } from '../../../../js/shared/test/support/events.js';
import { replay } from '../../../../js/shared/test/support/stream.js';
import { stream, streamServer } from '../../../../js/shared/test/support/stream_server.js';
import type { Client } from '../../../../js/shared/test/support/subject.js';
import { KEY } from '../../../../js/shared/test/support/server.js';
import { Phone } from './phone.js';
import type { Platform } from './react_native.js';

const SILENCE = 45_000;

export function silenceTests(platform: Platform): void {
  const phone = new Phone(platform);
  after(() => phone.end());
  describe('silence', () => {
    it('of 45 s ends a stream, and an attempt without an answer', async () => {
      await using falling = await streamServer((response, number) => {
        if (number > 0) stream(response, 'event: resumed\ndata: 3\n\n');
        else stream(response, replay([{ key: 'on', is_enabled: true, revision: 3 }], 3));
      });
      await using silent = await streamServer((response, number) => {
        if (number > 0) stream(response, replay([{ key: 'on', is_enabled: true, revision: 3 }], 3));
      });
      const clients = [falling, silent].map(({ url }) => phone.client(url, KEY, { onError: () => undefined }));
      const start = performance.now();
      const outcome = async (client: Client): Promise<void> => {
        void client.init();
        const { code, message } = await nextWithin(client, SILENCE + 5_000);
        const passed = performance.now() - start;
        assert.deepEqual([code, message], ['SILENT', 'the server was silent for 45 seconds']);
        assert.ok(passed > SILENCE - 10 && passed < SILENCE + 2_000, `${passed} ms`);
        if (client.status !== 'ready') await next(client, 'ready');
      };
      await Promise.all(clients.map(outcome));
      assert.deepEqual([falling, silent].map(({ requests }) => requests.length), [2, 2]);
      await Promise.all(clients.map((client) => client.close()));
    });
  });
}

function nextWithin(client: Client, limit: number): Promise<{ code: string; message: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no error within ${limit} ms`)), limit);
    client.on('error', (error) => {
      clearTimeout(timer);
      resolve(error);
    });
  });
}
