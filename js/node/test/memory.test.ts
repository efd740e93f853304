// What evaluations and clients leave behind. `npm run soak` does the same for longer.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { garbage, growth, MOST_GARBAGE, MOST_GROWTH, withMemoryServer } from './support/memory.js';

it('an evaluation leaves next to no garbage', async () => {
  await withMemoryServer(async (server) => {
    for (const [way, bytes] of Object.entries(await garbage(server, 1_000_000))) {
      assert.ok(bytes >= 0 && bytes <= MOST_GARBAGE, `${way}: ${bytes} bytes a call`);
    }
  });
});

it('evaluations leave resident memory as it was', async () => {
  await withMemoryServer(async (server) => {
    const grown = await growth(server, 'evaluations', 10_000_000);
    assert.ok(grown <= MOST_GROWTH, `${grown} bytes more`);
  });
});

it('clients that are closed leave resident memory as it was', async () => {
  await withMemoryServer(async (server) => {
    const grown = await growth(server, 'cycles', 1_000);
    assert.ok(grown <= MOST_GROWTH, `${grown} bytes more`);
  });
});
