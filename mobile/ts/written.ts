// Texts of a question, written into memory that native code sees: for engines that only give it copies of their strings. To
// make one takes JavaScriptCore longer than it takes JavaScript to write its characters. `cpp/written.h` is the other end.

import { textOf } from '../../js/shared/src/attributes.js';
import type { NativeClient } from './native.js';

/** The user key, and so many attributes. */
const PLACES = 17;
/** Bytes of a text. */
const ROOM = 64;
const LENGTHS = 4 * PLACES;
/** As the length of a text that is not given. */
const ABSENT = -1;

export class Written {
  private readonly lengths: Int32Array;
  private readonly bytes: Uint8Array;

  constructor(native: NativeClient) {
    const memory = new ArrayBuffer(LENGTHS + PLACES * ROOM);
    native.shareMemory(memory);
    this.lengths = new Int32Array(memory, 0, PLACES);
    this.bytes = new Uint8Array(memory, LENGTHS);
  }

  /** The user key and the attributes' values, in their order. False where there are too many, or one is long or no ASCII. */
  write(values: readonly unknown[]): boolean {
    if (values.length > PLACES) return false;
    const lengths = this.lengths;
    const bytes = this.bytes;
    for (let place = 0; place < values.length; place += 1) {
      const value = values[place];
      const text = typeof value === 'string' ? value : textOf(value);
      if (text === undefined) {
        lengths[place] = ABSENT;
        continue;
      }
      const { length } = text;
      if (length > ROOM) return false;
      const start = place * ROOM;
      let seen = 0;
      for (let at = 0; at < length; at += 1) {
        const code = text.charCodeAt(at);
        bytes[start + at] = code;
        seen |= code;
      }
      if (seen > 0x7f) return false;
      lengths[place] = length;
    }
    return true;
  }
}
