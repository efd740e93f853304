// Contestants in turns, so that what else happens on the machine hits all alike.

import { USERS } from '../../js/node/bench/cases.mjs';
import { host } from '../test/support/host.js';

/** Who answers. */
export interface Contestant {
  readonly name: string;
  /** About one of the users. */
  readonly ask: (user: number) => unknown;
}

const ROUNDS = 101;
/** How often each user is asked about in a round. */
const TIMES = 10;

/** Prints each one's time, and how many times the first one's it is. */
export function printRatios(first: Contestant, others: readonly Contestant[]): void {
  const all = [first, ...others];
  const times = timesOf(all);
  for (const [place, { name }] of all.entries()) print(name, times[place]!, `${(times[place]! / times[0]!).toFixed(1)} ×`);
}

/** Prints each one's time, and how many times the quickest of ours the last one's is. */
export function printTurns(title: string, contestants: readonly Contestant[]): void {
  const times = timesOf(contestants);
  const last = times.at(-1)!;
  host.say(`\n${title}`);
  for (const [place, { name }] of contestants.entries()) print(name, times[place]!, `${(last / times[place]!).toFixed(1)} × as quick as the last`);
}

/** Nanoseconds of processor time a question: the mean of the quickest tenth, for what else the machine does only adds. */
function timesOf(contestants: readonly Contestant[]): number[] {
  const times = contestants.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [place, { ask }] of contestants.entries()) {
      const begin = host.nanoseconds();
      for (let time = 0; time < TIMES; time += 1) {
        for (let user = 0; user < USERS; user += 1) ask(user);
      }
      times[place]!.push((host.nanoseconds() - begin) / (TIMES * USERS));
    }
  }
  return times.map((all) => {
    const quickest = all.sort((a, b) => a - b).slice(0, Math.ceil(ROUNDS / 10));
    return quickest.reduce((sum, time) => sum + time, 0) / quickest.length;
  });
}

function print(name: string, nanoseconds: number, ratio: string): void {
  host.say(`${name.padEnd(50)}${nanoseconds.toFixed(0).padStart(7)} ns  ${ratio}`);
}
