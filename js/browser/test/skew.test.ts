// An SDK of before hashed values and hidden flags, as it was built then, against today's server.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { clientTests } from '../../shared/test/support/client_tests.js';
import { next, reached } from '../../shared/test/support/events.js';
import { CLIENT_KEY, KEY, Server } from '../../shared/test/support/server.js';
import type { Client, Subject } from '../../shared/test/support/subject.js';
import { transportTests } from '../../shared/test/support/transport_tests.js';
import { subject as today } from './support/subject.js';

const FOLDER = new URL('generated/before_hashed_values/', import.meta.url);
const { SidekickBrowserClient } = (await import(new URL('edge.js', FOLDER).href)) as typeof import('@sidekick-flags/browser/edge');
const MODULE = new WebAssembly.Module(readFileSync(new URL('sidekick.wasm', FOLDER)));

/** It starts from a snapshot of today's. */
const old: Subject = {
  make: (url, key, options) => new SidekickBrowserClient(url, key, { ...options, wasm: MODULE }),
  snapshotOf: today.snapshotOf,
};

clientTests(old);
transportTests(old);

describe('what an old client does not know', () => {
  const HASHED = { attribute: 'email', operator: 'Equals', values: ['ann@acme.com'], hash_values: true };
  const ACME = { attribute: 'email', operator: 'EndsWith', values: ['@acme.com'] };
  let server: Server;
  before(async () => {
    server = await Server.start();
    await server.put({ key: 'hashed', is_enabled: true, rollout_percentage: 0, rules: [HASHED] });
    await server.put({ key: 'both', is_enabled: true, rollout_percentage: 0, rules: [HASHED, ACME] });
    await server.put({ key: 'hidden', is_enabled: true, client_visible: false });
  });
  after(() => server.dispose());

  async function withClient(key: string, act: (client: Client, errors: unknown[]) => Promise<void>): Promise<void> {
    const errors: unknown[] = [];
    const client = old.make(server.url, key, { onError: (error) => errors.push(error) });
    try {
      await client.init();
      await act(client, errors);
    } finally {
      await client.close();
    }
  }

  it('is a rule that never matches, and takes nothing from the others', async () => {
    await withClient(CLIENT_KEY, async (client, errors) => {
      assert.equal(client.isEnabled('hashed', 'u', { email: 'ann@acme.com' }), false);
      assert.deepEqual(client.evaluate('both', 'u', { email: 'ann@acme.com' }).ruleIndex, 1);
      assert.equal(client.isEnabled('hidden', 'u'), false);
      assert.deepEqual(errors, []);
    });
  });

  it('is a field that changes nothing where the values come as they are', async () => {
    await withClient(KEY, async (client, errors) => {
      assert.equal(client.isEnabled('hashed', 'u', { email: 'ann@acme.com' }), true);
      assert.equal(client.isEnabled('hidden', 'u'), true);
      assert.deepEqual(client.flags(), await server.flags());
      assert.deepEqual(errors, []);
    });
  });

  it('is a flag that comes and goes while it listens', async () => {
    await withClient(CLIENT_KEY, async (client, errors) => {
      await reached(client, await server.put({ key: 'turned', is_enabled: true }));
      assert.equal(client.isEnabled('turned', 'u'), true);
      const gone = next(client, 'change');
      await server.put({ key: 'turned', is_enabled: true, client_visible: false });
      assert.deepEqual(await gone, ['turned']);
      assert.equal(client.isEnabled('turned', 'u'), false);
      assert.deepEqual(errors, []);
    });
  });

  it('stays in a snapshot that a client of today goes on from', async () => {
    await withClient(CLIENT_KEY, async (client) => {
      const options = { bootstrap: client.snapshot() ?? '', onError: () => undefined };
      const later = today.make('http://127.0.0.1:1', '', options);
      await later.init();
      await later.close();
      assert.equal(later.isEnabled('hashed', 'u', { email: 'ann@acme.com' }), true);
    });
  });
});
