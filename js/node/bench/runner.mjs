// Runs contestants against each other: a process for each, and their rounds in turn.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { summaryOf } from './summary.mjs';

const MEASURE = new URL('./measure.mjs', import.meta.url);
const PATIENCE = 120_000;

/** In the order of the report. */
export const CONTESTANTS = [
  { id: 'flagd', name: '@openfeature/flagd-core' },
  { id: 'unleash', name: 'unleash-client' },
  { id: 'launchdarkly', name: '@launchdarkly/node-server-sdk' },
  { id: 'growthbook', name: '@growthbook/growthbook' },
  { id: 'statsig', name: '@statsig/statsig-node-core' },
  { id: 'sidekick', name: '@sidekick-flags/node', isOurs: true },
  { id: 'sidekick_bound', name: '@sidekick-flags/node, forUser', isOurs: true },
  { id: 'sidekick_anew', name: '@sidekick-flags/node, forUser anew', isOurs: true },
];

/** The version of a contestant's package, as installed. */
export function versionOf({ name, isOurs }) {
  const path = isOurs ? '../package.json' : `./node_modules/${name}/package.json`;
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version;
}

/** One result for each contestant and case: its figures, or why it did not run. */
export async function compete(contestants, cases, flags, { sittings, rounds }) {
  const entries = cases.flatMap(({ name }) => contestants.map((contestant) => new Entry(contestant, name, flags)));
  for (let sitting = 0; sitting < sittings; sitting += 1) {
    const runs = new Map();
    // One after the other, also while they warm up: on two cores they would disturb each other.
    for (const contestant of contestants) runs.set(contestant, await Run.open(contestant, flags));
    for (const { name } of cases) {
      const rivals = entries.filter((entry) => entry.name === name);
      // In turn, so that what else happens on the machine hits all alike.
      for (let round = 0; round < rounds; round += 1) {
        for (const entry of rivals) await entry.time(runs.get(entry.contestant));
      }
      if (sitting === 0) for (const entry of rivals) await entry.readHeap(runs.get(entry.contestant));
    }
    for (const run of runs.values()) await run.close();
  }
  return entries.map((entry) => entry.result());
}

/** A contestant's figures in one case. */
class Entry {
  constructor(contestant, name, flags) {
    this.contestant = contestant;
    this.name = name;
    this.flags = flags;
    this.rounds = [];
  }

  async time(run) {
    const { nanoseconds } = await this.ask(run, { what: 'round' });
    if (nanoseconds !== undefined) this.rounds.push(nanoseconds);
  }

  async readHeap(run) {
    const calls = this.contestant.isOurs ? 1_000_000 : 100_000;
    const { bytes } = await this.ask(run, { what: 'heap', calls });
    this.heapBytes = bytes;
  }

  result() {
    const about = { contestant: this.contestant.id, case: this.name, flags: this.flags };
    if (this.fault) return { ...about, fault: this.fault };
    return { ...about, call: this.call, nanoseconds: { ...summaryOf(this.rounds), rounds: this.rounds }, heapBytes: this.heapBytes };
  }

  async ask(run, message) {
    if (this.fault) return {};
    this.call = run.call;
    const answer = await run.ask({ ...message, name: this.name });
    this.fault = answer.fault;
    return answer;
  }
}

/** A contestant's process. */
class Run {
  static async open(contestant, flags) {
    const run = new Run(contestant, flags);
    const { call, fault } = await run.answer();
    run.call = call;
    run.fault = fault;
    if (fault) run.child.kill();
    return run;
  }

  constructor(contestant, flags) {
    this.contestant = contestant;
    this.flags = flags;
    this.child = fork(MEASURE, [contestant.id, String(flags)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  }

  async ask(message) {
    if (this.fault) return { fault: this.fault };
    if (!this.child.connected) return { fault: 'its process has ended' };
    this.child.send(message);
    return this.answer();
  }

  async close() {
    await this.ask({ what: 'close' });
    if (this.child.connected) this.child.disconnect();
  }

  async answer() {
    const answered = new AbortController();
    const signal = AbortSignal.any([answered.signal, AbortSignal.timeout(PATIENCE)]);
    const message = once(this.child, 'message', { signal }).then(([answer]) => answer);
    const exit = once(this.child, 'exit', { signal }).then(([code, by]) => ({ fault: `its process ended: ${by ?? code}` }));
    const silence = () => {
      this.child.kill();
      return { fault: `no answer within ${PATIENCE / 1_000} s` };
    };
    const answer = await Promise.race([message, exit]).catch(silence);
    // Ends the waiting for the other of the two.
    answered.abort();
    await Promise.allSettled([message, exit]);
    return answer;
  }
}
