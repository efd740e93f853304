// Measures what clients leave behind, each figure in a process of its own.

import { resolve } from 'node:path';
import { runToEnd } from '../../../shared/test/support/child.js';
import { KEY, Server } from '../../../shared/test/support/server.js';

const rule = (attribute: string) => ({ attribute, operator: 'Equals', values: ['a', 'b', 'c', 'd'].map((v) => `${attribute}-${v}`) });

/** The flags that the probe asks for. */
const FLAGS = [
  { key: 'off', is_enabled: false },
  { key: 'half', is_enabled: true, rollout_percentage: 50 },
  { key: 'suffix', is_enabled: true, rollout_percentage: 0, rules: [{ attribute: 'email', operator: 'EndsWith', values: ['@acme.com'] }] },
  { key: 'five', is_enabled: true, rollout_percentage: 50, rules: ['email', 'plan', 'country', 'device', 'team'].map(rule) },
];

/** At most this many bytes of JavaScript's heap a call. */
export const MOST_GARBAGE = 24;
/** At most this many bytes more resident memory. */
export const MOST_GROWTH = 2 * 2 ** 20;

export async function withMemoryServer<Result>(act: (server: Server) => Promise<Result>): Promise<Result> {
  const server = await Server.start(FLAGS);
  try {
    return await act(server);
  } finally {
    await server.dispose();
  }
}

/** Bytes of heap a call, by the way of asking. */
export async function garbage(server: Server, calls: number): Promise<Record<string, number>> {
  const { control, ...figures } = await probe(server, 'garbage', calls, ['--min-semi-space-size=128', '--max-semi-space-size=128']);
  // An object with one field takes 16 bytes at least, on every build of V8.
  if (control === undefined || control < 16) throw new Error(`an object a call was measured as ${control} bytes`);
  return figures;
}

/** Bytes by which resident memory grew. */
export async function growth(server: Server, what: 'evaluations' | 'cycles', count: number): Promise<number> {
  const { grown } = await probe(server, what, count, ['--max-semi-space-size=1']);
  return grown ?? Number.NaN;
}

async function probe(server: Server, what: string, count: number, flags: string[]): Promise<Record<string, number>> {
  const words = ['--expose-gc', ...flags, resolve(__dirname, 'memory_probe.mjs'), what, String(count)];
  // One arena: threads of Node's would else leave holes in several.
  const env = { SERVER: server.url, SDK_KEY: KEY, MALLOC_ARENA_MAX: '1' };
  const { code, output, errors } = await runToEnd(words, { env, limit: 600_000 });
  if (code !== 0) throw new Error(`the probe of ${what} failed:\n${errors}`);
  return JSON.parse(output) as Record<string, number>;
}
