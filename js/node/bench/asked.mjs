// A contestant's client with the flags of one case, and the users to ask it about: what is timed.
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

  /** Nanoseconds a call, by a clock of microseconds. */
  async timeRound(microseconds) {
    // While others had their round the caches went cold; a service that evaluates all the time has them warm.
    for (let warm = 0; warm <= this.passes / 10; warm += 1) await this.ask(this.subjects);
    let on = 0;
    const start = microseconds();
    for (let done = 0; done < this.passes; done += 1) on += await this.ask(this.subjects);
    const taken = microseconds() - start;
    if (on !== this.on * this.passes) throw new Error(`${on} answers were on, and in the warm-up ${this.on * this.passes}`);
    return (taken * 1_000) / (this.passes * this.subjects.length);
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
