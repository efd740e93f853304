// What a client says, in order, and a wait for what no event tells.

import assert from 'node:assert/strict';
import type { Client } from '../../../../js/shared/test/support/subject.js';

const DEADLINE = 20_000;

export interface Recording {
  readonly statuses: string[];
  readonly errors: string[];
  /** The keys, one after the other. */
  readonly changes: string[];
}

export function record(client: Client): Recording {
  const recording: Recording = { statuses: [], errors: [], changes: [] };
  client.on('status', (status) => recording.statuses.push(status));
  client.on('error', ({ code }) => recording.errors.push(code));
  client.on('change', (keys) => recording.changes.push(...keys));
  return recording;
}

export async function eventually(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE;
  while (!(await is())) {
    assert.ok(Date.now() < end, `${what}: not within ${DEADLINE} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
