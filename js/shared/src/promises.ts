// How a promise is told from other values.

/** Whether a value is a promise, of whichever realm: a test runner's differs from the platform's. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
