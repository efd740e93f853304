// BigInts on their way to native code. React Native's runtime for JavaScriptCore ends the process where it meets one, so
// that there they cross as their text; Hermes hands them over.

import type { Attributes } from '../../js/shared/src/attributes.js';

const CROSSES = 'HermesInternal' in globalThis;

/** A user key. */
export function crossingKey(userKey: unknown): unknown {
  return typeof userKey === 'bigint' ? String(userKey) : userKey;
}

/** These attributes of a user. Throws what a getter throws. */
export function crossing(attributes: Attributes | undefined, names: Iterable<string>): unknown {
  if (CROSSES || typeof attributes !== 'object' || attributes === null) return attributes;
  // Read once: a getter may give another value the next time.
  const values: Record<string, unknown> = { __proto__: null };
  for (const name of names) values[name] = crossingKey(attributes[name]);
  return values;
}

/** All attributes, inherited ones too. Where one cannot be read, they themselves: the native library meets the same. */
export function crossingAll(attributes: Attributes | undefined): unknown {
  try {
    const names: string[] = [];
    for (const name in attributes) names.push(name);
    return crossing(attributes, names);
  } catch {
    return attributes;
  }
}
