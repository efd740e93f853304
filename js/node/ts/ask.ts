// One question to the engine: it gets the user key and those attribute values that the flag's rules read, nothing else.

import { type Attributes, textOf } from '../../shared/src/index.js';
import type { FlagHandle, FlagHandles } from './flag_handles.js';
import type { Value } from './native.js';

/**
 * Packed bits, or UNUSABLE. Throws what a getter of the caller's throws. Written out, for a loop and a spread cost more
 * than the answer; and all values are read before the first is put into the frame, for a getter may ask a question too.
 */
export function ask(handles: FlagHandles, flag: FlagHandle, userKey: string, attributes: Attributes | undefined | null): number {
  const { frame, native } = handles;
  const names = flag.attributes;
  const count = attributes === undefined || attributes === null ? 0 : names.length;
  switch (count) {
    case 0:
      begin(handles, flag, userKey);
      for (let index = 1; index <= names.length; index += 1) frame.putText(index, undefined);
      native.evaluate(userKey);
      break;
    case 1: {
      const a = textIn(attributes![names[0]!]);
      begin(handles, flag, userKey);
      frame.putText(1, a);
      native.evaluate(userKey, a);
      break;
    }
    case 2: {
      const a = textIn(attributes![names[0]!]);
      const b = textIn(attributes![names[1]!]);
      begin(handles, flag, userKey);
      frame.putText(1, a);
      frame.putText(2, b);
      native.evaluate(userKey, a, b);
      break;
    }
    case 3: {
      const a = textIn(attributes![names[0]!]);
      const b = textIn(attributes![names[1]!]);
      const c = textIn(attributes![names[2]!]);
      begin(handles, flag, userKey);
      frame.putText(1, a);
      frame.putText(2, b);
      frame.putText(3, c);
      native.evaluate(userKey, a, b, c);
      break;
    }
    case 4: {
      const a = textIn(attributes![names[0]!]);
      const b = textIn(attributes![names[1]!]);
      const c = textIn(attributes![names[2]!]);
      const d = textIn(attributes![names[3]!]);
      begin(handles, flag, userKey);
      frame.putText(1, a);
      frame.putText(2, b);
      frame.putText(3, c);
      frame.putText(4, d);
      native.evaluate(userKey, a, b, c, d);
      break;
    }
    case 5: {
      const a = textIn(attributes![names[0]!]);
      const b = textIn(attributes![names[1]!]);
      const c = textIn(attributes![names[2]!]);
      const d = textIn(attributes![names[3]!]);
      const e = textIn(attributes![names[4]!]);
      begin(handles, flag, userKey);
      frame.putText(1, a);
      frame.putText(2, b);
      frame.putText(3, c);
      frame.putText(4, d);
      frame.putText(5, e);
      native.evaluate(userKey, a, b, c, d, e);
      break;
    }
    default: {
      const values = names.map((name) => textIn(attributes![name]));
      begin(handles, flag, userKey);
      values.forEach((text, index) => frame.putText(index + 1, text));
      native.evaluate(userKey, ...values);
    }
  }
  return frame.answer;
}

function begin({ frame }: FlagHandles, flag: FlagHandle, userKey: string): void {
  frame.putFlag(flag.slot, flag.generation);
  frame.putText(0, typeof userKey === 'string' ? userKey : undefined);
}

/** Apart from `textOf`, and with the property read by each caller: so V8 sees at each place how that place is used. */
function textIn(given: unknown): Value {
  return typeof given === 'string' ? given : textOf(given);
}

/** The user key where it is one: a string, or a number that callers use as one. */
export function userKeyText(userKey: unknown): string | undefined {
  return typeof userKey === 'boolean' ? undefined : textOf(userKey);
}
