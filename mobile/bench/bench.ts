// Times questions beside a host function that does nothing, in turns.

import '../test/platform.js';
import { openStream, replay } from '../../js/shared/test/support/stream.js';
import { createClient, host, type NativeFlag } from '../test/support/host.js';

const ROUNDS = 101;
const QUESTIONS = 10_000;

const FLAGS = [
  { key: 'half', is_enabled: true, rollout_percentage: 50 },
  { key: 'suffix', is_enabled: true, rollout_percentage: 0, rules: [{ attribute: 'email', operator: 'EndsWith', values: ['@acme.com'] }] },
  {
    key: 'four',
    is_enabled: true,
    rollout_percentage: 0,
    rules: ['plan', 'country', 'tier', 'email'].map((attribute) => ({ attribute, operator: 'Equals', values: ['none'] })),
  },
];
const USER = 'b6a1c8e2-7d0f-4a53-9b1e-2f6f0c9d8e71';
const ATTRIBUTES = { email: 'ann@acme.com', plan: 'pro', country: 'NO', tier: 'gold' };

const client = createClient();
openStream(client, replay(FLAGS, 1));

function flagOf(key: string): NativeFlag {
  const flag = client.resolve(key);
  if (flag === undefined) throw new Error(`there is no flag ${key}`);
  return flag;
}

const [half, suffix, four] = [flagOf('half'), flagOf('suffix'), flagOf('four')];
const ask = client.bindUser(USER, ATTRIBUTES);

const CASES: readonly [string, () => unknown][] = [
  ['a host function that does nothing', () => host.nothing()],
  ['rollout of 50 %', () => half.evaluate(USER)],
  ['four attributes given, a rule reads one', () => suffix.evaluate(USER, ATTRIBUTES)],
  ['four attributes given, rules read all', () => four.evaluate(USER, ATTRIBUTES)],
  ['bound user, rollout of 50 %', () => ask('half')],
];

const times = CASES.map((): number[] => []);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [place, [, act]] of CASES.entries()) {
    const begin = host.nanoseconds();
    for (let question = 0; question < QUESTIONS; question += 1) act();
    times[place]!.push((host.nanoseconds() - begin) / QUESTIONS);
  }
}

/** The mean of the quickest tenth: what else the machine does only adds. */
const quick = times.map((all) => {
  const tenth = all.sort((a, b) => a - b).slice(0, Math.ceil(ROUNDS / 10));
  return tenth.reduce((sum, time) => sum + time, 0) / tenth.length;
});
for (const [place, [name]] of CASES.entries()) {
  host.say(`${name.padEnd(42)}${quick[place]!.toFixed(0).padStart(7)} ns  ${(quick[place]! / quick[0]!).toFixed(1)} ×`);
}
host.end(0);
