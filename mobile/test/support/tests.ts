// A runner of tests for an engine that has none.

import { host } from './host.js';

interface Test {
  readonly name: string;
  readonly act: () => void | Promise<void>;
}

const tests: Test[] = [];

/** `name` is what holds if `act` does not throw. */
export function test(name: string, act: Test['act']): void {
  tests.push({ name, act });
}

/** One after the other. */
export async function runTests(): Promise<void> {
  let failures = 0;
  for (const { name, act } of tests) {
    try {
      await act();
      host.say(`ok       ${name}`);
    } catch (error) {
      failures += 1;
      host.say(`FAILED   ${name}: ${(error as Error).message}\n${(error as Error).stack}`);
    }
  }
  host.end(failures);
}

/** What is thrown, as text; fails where nothing is. */
export function thrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
