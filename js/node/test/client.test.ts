// The client against the real server, with what all clients have in common and what only this one has.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileStorage, SidekickClient, type SidekickError } from '@sidekick-flags/node';
import { clientTests } from '../../shared/test/support/client_tests.js';
import { evaluationTests } from '../../shared/test/support/evaluation_tests.js';
import { KEY, Server } from '../../shared/test/support/server.js';
import { transportTests } from '../../shared/test/support/transport_tests.js';
import { subject } from './support/subject.js';

clientTests(subject);
evaluationTests(subject);
transportTests(subject);

describe('a storage in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidekick-client-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the flags alone, in folders that it makes', async () => {
    const path = join(folder, 'made', 'on the way', 'flags');
    const server = await Server.start([{ key: 'on', is_enabled: true }]);
    try {
      const first = new SidekickClient(server.url, KEY, { storage: fileStorage(path) });
      await first.init();
      await first.close();
      await server.kill();
      const second = new SidekickClient(server.url, KEY, { storage: fileStorage(path), onError: () => undefined });
      await second.init();
      assert.equal(second.status, 'stale');
      assert.equal(second.isEnabled('on', 'u'), true);
      assert.equal(second.snapshot(), readFileSync(path, 'utf8'));
      await second.close();
      assert.deepEqual(readdirSync(join(path, '..')), ['flags']);
    } finally {
      await server.dispose();
    }
  });

  it('that fails stops nothing', async () => {
    const path = join(folder, 'a file');
    writeFileSync(path, 'not a folder');
    const server = await Server.start();
    try {
      const errors: SidekickError[] = [];
      const storage = fileStorage(join(path, 'flags'));
      const client = new SidekickClient(server.url, KEY, { storage, onError: (error) => errors.push(error) });
      await client.init();
      assert.equal(client.status, 'ready');
      await client.close();
      assert.deepEqual(errors.map(({ code }) => code), ['STORAGE', 'STORAGE']);
      assert.equal(existsSync(join(path, 'flags')), false);
    } finally {
      await server.dispose();
    }
  });
});
