// A contestant's client with the flags of one case, and the users to ask it about: what is timed.
import { getHeapStatistics } from 'node:v8';
import { FLAG_KEY, faultOf, flagsOf, usersOf } from './cases.mjs';

/** Opened by `open` of a contestant. */
export class Asked {
  static async open(open, question, flags) {
    const opened = await open(flagsOf(question, flags), FLAG_KEY);
    const fault = await faultOf(question, (user) => opened.isEnabled(opened.subject(user)));
    return new Asked(opened, usersOf(question).map(opened.subject), fault && `wrong answers: ${fault}`);
  }

  constructor({ isEnabled, close }, subjects, fault) {
    const isAsync = isEnabled(subjects[0]) instanceof Promise;
    this.ask = isAsync ? (some) => askAwaiting(isEnabled, some) : (some) => ask(isEnabled, some);
    this.close = close;
    this.subjects = subjects;
    this.fault = fault;
  }

  /** Nanoseconds a call, of the whole process: V8's compiler and garbage collector and a peer's own threads count. */
  async timeRound() {
    // While others had their round the caches went cold; a service that evaluates all the time has them warm.
    for (let warm = 0; warm <= this.passes / 10; warm += 1) await this.ask(this.subjects);
    let on = 0;
    const start = process.cpuUsage();
    for (let done = 0; done < this.passes; done += 1) on += await this.ask(this.subjects);
    const taken = microsecondsSince(start);
    if (on !== this.on * this.passes) throw new Error(`${on} answers were on, and in the warm-up ${this.on * this.passes}`);
    return (taken * 1_000) / (this.passes * this.subjects.length);
  }

  /**
   * Bytes that a call leaves on V8's heap, over so many calls: how much the heap grew over each hundred of them, without
   * those hundreds in which a collection made it shrink. What reading the size itself costs is taken off.
   */
  async heapBytes(calls) {
    const hundreds = Array.from({ length: 10 }, (_, index) => this.subjects.slice(index * 100, (index + 1) * 100));
    await grownBy(1_000, () => {});
    const reading = await grownBy(1_000, () => {});
    const grown = await grownBy(calls / 100, (index) => this.ask(hundreds[index % 10]));
    return Math.max(0, grown - reading) / 100;
  }
}

/** Asks once for each subject. The answers are counted, so that no compiler can leave a call out. */
function ask(isEnabled, subjects) {
  let on = 0;
  for (const subject of subjects) if (isEnabled(subject)) on += 1;
  return on;
}

async function askAwaiting(isEnabled, subjects) {
  let on = 0;
  for (const subject of subjects) if (await isEnabled(subject)) on += 1;
  return on;
}

async function grownBy(times, action) {
  let bytes = 0;
  let counted = 0;
  for (let done = 0; done < times; done += 1) {
    const before = getHeapStatistics().used_heap_size;
    const pending = action(done);
    if (pending instanceof Promise) await pending;
    const grown = getHeapStatistics().used_heap_size - before;
    if (grown < 0) continue;
    bytes += grown;
    counted += 1;
  }
  if (counted < times / 2) throw new Error(`a collection in ${times - counted} of ${times} readings: no figure for the heap`);
  return bytes / counted;
}

/** Processor time of the whole process. */
export function microsecondsSince(start) {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
