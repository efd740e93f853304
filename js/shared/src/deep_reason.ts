// The words for what lies behind a failed connection, where the platform tells it by errors within errors, as Node does.

/** What a thrown value says, down to its first cause: `fetch failed` alone helps nobody. */
export function deepReasonOf(thrown: unknown): string {
  const words = new Set<string>();
  // Bounded, for causes may lead in a circle.
  for (let depth = 0, at = thrown; depth < 5 && at !== undefined && at !== null; depth += 1) {
    const { message, code, cause } = at as { message?: string; code?: string; cause?: unknown };
    // The message of several failed attempts is empty.
    words.add(message || code || String(at));
    at = cause;
  }
  return [...words].join(': ');
}
