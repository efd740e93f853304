// The page of a contestant, from inside: measures it when told to.
import { Candidate, firstLine } from '../../node/bench/candidate.mjs';

let candidate;

globalThis.bench = {
  /** How the contestant is asked, or why it can't be. */
  async open(contestant, flagCount) {
    try {
      const { call, open } = await import(`./contestants/${contestant}.mjs`);
      candidate = await Candidate.open(open, flagCount, microseconds);
      return { call };
    } catch (error) {
      return { fault: firstLine(error) };
    }
  },
  round: (name) => candidate.round(name),
};

/** By the clock: a page cannot know how much processor time it had. */
function microseconds() {
  return performance.now() * 1_000;
}
