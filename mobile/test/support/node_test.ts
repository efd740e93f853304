// Node's test runner, as far as the tests of all clients use it, over the runner for an engine that has none.

import { test } from './tests.js';

type Act = () => void | Promise<void>;

let subject = '';

export function describe(name: string, tests: () => void): void {
  subject = `${name} `;
  tests();
}

export function it(name: string, act: Act): void {
  test(`${subject}${name}`, act);
}

/** It stands before the tests that need it, and runs where it stands. */
export function before(act: Act): void {
  test(`${subject}is made`, act);
}
