// One question to the native library. Hermes hands over what a caller gave, and native code reads of it in place what a rule
// needs. Other engines hand over copies, and React Native's runtime for JavaScriptCore ends the process where it meets a
// BigInt: there JavaScript reads what the flag needs, and writes it down.

import { type Attributes, textOf } from '../../js/shared/src/attributes.js';
import { isGiven } from './answer.js';
import type { FlagHandle } from './flag_handles.js';
import type { NativeClient } from './native.js';
import { Written } from './written.js';

const IS_HERMES = 'HermesInternal' in globalThis;

/** Where the texts of this client's questions are written down, if they are. To be had before it is asked for flags. */
export function writtenFor(native: NativeClient): Written | undefined {
  return IS_HERMES ? undefined : new Written(native);
}

/** Packed bits, as `decodeEvaluation` reads them. Throws what a getter of the caller's throws. */
export function ask(flag: FlagHandle, written: Written | undefined, userKey: unknown, attributes: unknown, defaultValue: boolean): number {
  if (!written || !flag.evaluateWritten) return flag.evaluate(userKey, attributes, defaultValue);
  const names = flag.attributes;
  // All are read before the first is written, for a getter may ask a question, too.
  const values = [keyOf(userKey)];
  const given = isObject(attributes) ? attributes : {};
  for (let index = 0; index < names.length; index += 1) values.push(given[names[index]!]);
  if (written.write(values)) {
    const bits = flag.evaluateWritten();
    if (bits >= 0) return isGiven(bits) ? bits : bits | Number(defaultValue === true);
  }
  return flag.evaluate(values[0], texts(names, values.slice(1)), defaultValue);
}

/** Binds a user, whose attributes count with inherited ones. Never throws. */
export function bind(native: NativeClient, userKey: unknown, attributes: unknown): ReturnType<NativeClient['bindUser']> {
  let given = attributes;
  if (!IS_HERMES && isObject(attributes)) {
    try {
      const names: string[] = [];
      for (const name in attributes) names.push(name);
      given = texts(names, names.map((name) => attributes[name]));
    } catch {
      // A getter or a proxy of the caller's. The native library meets the same, and answers so.
    }
  }
  return native.bindUser(keyOf(userKey), given);
}

function isObject(value: unknown): value is Attributes {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** A boolean is nobody's key. */
function keyOf(userKey: unknown): unknown {
  return typeof userKey === 'boolean' ? undefined : typeof userKey === 'bigint' ? String(userKey) : userKey;
}

function texts(names: readonly string[], values: readonly unknown[]): object {
  const all: Record<string, string | undefined> = { __proto__: null } as never;
  for (const [index, name] of names.entries()) all[name] = textOf(values[index]);
  return all;
}
