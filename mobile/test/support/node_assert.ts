// Node's assertions, as far as the tests of all clients use them.

import { same } from '../../../js/shared/test/support/values.js';

function ok(value: unknown, message = 'it does not hold'): void {
  if (!value) throw new Error(String(message));
}

function equal(actual: unknown, expected: unknown, message = ''): void {
  ok(Object.is(actual, expected), `${message}: ${String(actual)} where ${String(expected)} is right`);
}

function fail(message = 'this must not happen'): never {
  throw new Error(message);
}

export default { ok, equal, fail, deepEqual: same };
