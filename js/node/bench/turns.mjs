// Runs contestants against each other: a program for each, and their rounds in turn.
import { summaryOf } from './summary.mjs';

/**
 * One result for each contestant and case: its figures, or why it did not run. `openRun` starts a contestant's program,
 * which then answers to `ask` and `close`.
 */
export async function compete(contestants, cases, flags, { sittings, rounds, readsHeap }, openRun) {
  const entries = cases.flatMap(({ name }) => contestants.map((contestant) => new Entry(contestant, name, flags)));
  for (let sitting = 0; sitting < sittings; sitting += 1) {
    const runs = new Map();
    // One after the other, also while they warm up: on two cores they would disturb each other.
    for (const contestant of contestants) runs.set(contestant, await openRun(contestant, flags));
    for (const { name } of cases) {
      const rivals = entries.filter((entry) => entry.name === name);
      // In turn, so that what else happens on the machine hits all alike.
      for (let round = 0; round < rounds; round += 1) {
        for (const entry of rivals) await entry.time(runs.get(entry.contestant));
      }
      if (readsHeap && sitting === 0) for (const entry of rivals) await entry.readHeap(runs.get(entry.contestant));
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
