// One contestant in a program of its own, of whatever kind: opened for every case, its answers checked, and timed.
import { Asked } from './asked.mjs';
import { CASES } from './cases.mjs';

/** Milliseconds: for compiling a case, and of a round. */
const WARM_UP = 500;
const ROUND = 100;

export class Candidate {
  #asked;
  #microseconds;

  /** By `open` of a contestant; `microseconds` is the clock. */
  static async open(open, flagCount, microseconds) {
    const asked = new Map();
    for (const question of CASES) asked.set(question.name, await Asked.open(open, question, flagCount));
    const candidate = new Candidate(asked, microseconds);
    await candidate.#warmUp([...asked.values()].filter(({ fault }) => !fault));
    return candidate;
  }

  constructor(asked, microseconds) {
    this.#asked = asked;
    this.#microseconds = microseconds;
  }

  /** The figure of a round in that case, or why there is none. */
  async round(name) {
    return this.about(name, async (asked) => ({ nanoseconds: await asked.timeRound(this.#microseconds) }));
  }

  /** What `measure` finds out about that case, or why it can't. */
  async about(name, measure) {
    const asked = this.#asked.get(name);
    if (asked.fault) return { fault: asked.fault };
    try {
      return await measure(asked);
    } catch (error) {
      return { fault: firstLine(error) };
    }
  }

  async close() {
    for (const each of this.#asked.values()) await each.close?.();
  }

  /**
   * Lets V8 compile, all cases in turn: in a service one and the same code answers for flags of every kind, and a compiler
   * that has seen but one kind would leave out what the others need. Then finds out how many passes a round takes.
   */
  async #warmUp(asked) {
    const microseconds = this.#microseconds;
    const start = microseconds();
    while (microseconds() - start < WARM_UP * 1_000 * asked.length) {
      for (const each of asked) each.on = await each.ask(each.subjects);
    }
    for (const each of asked) {
      const before = microseconds();
      let passes = 0;
      for (; microseconds() - before < ROUND * 1_000; passes += 1) await each.ask(each.subjects);
      each.passes = passes;
    }
  }
}

export function firstLine(error) {
  return String(error?.message ?? error).split('\n', 1)[0];
}
