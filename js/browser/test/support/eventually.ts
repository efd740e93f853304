// Asks until the answer is the wanted one, with a deadline: for what tells nobody when it changes.

import { setTimeout } from 'node:timers/promises';

const DEADLINE = 20_000;

/** The first answer that `is` accepts. */
export async function eventually<Value>(what: string, ask: () => Promise<Value>, is: (value: Value) => boolean): Promise<Value> {
  const end = Date.now() + DEADLINE;
  for (;;) {
    const value = await ask();
    if (is(value)) return value;
    if (Date.now() > end) throw new Error(`${what} did not come within ${DEADLINE} ms; it is ${JSON.stringify(value)}`);
    await setTimeout(20);
  }
}
