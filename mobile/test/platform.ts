// What React Native has and a bare JavaScriptCore lacks, as far as the client and its tests use it.

// @ts-expect-error: it has no types.
import { AbortController } from '../node_modules/react-native/src/private/webapis/dom/abort-api/AbortController.js';

const REPLACEMENT = '\ufffd';

class Encoder {
  encode(text: string): Uint8Array {
    const bytes: number[] = [];
    for (const character of text) {
      let code = character.codePointAt(0)!;
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      if (code < 0x80) bytes.push(code);
      else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code, 0));
      else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code, 6), tail(code, 0));
      else bytes.push(0xf0 | (code >> 18), tail(code, 12), tail(code, 6), tail(code, 0));
    }
    return Uint8Array.from(bytes);
  }
}

function tail(code: number, shift: number): number {
  return 0x80 | ((code >> shift) & 0x3f);
}

/** The decoder of the Encoding Standard for UTF-8 and UTF-16, for a whole text whose byte order mark is kept. */
class Decoder {
  readonly #label: string;

  constructor(label = 'utf-8') {
    this.#label = label;
  }

  decode(bytes: Uint8Array | Uint16Array): string {
    if (this.#label === 'utf-16le') return String.fromCharCode(...bytes);
    const text: string[] = [];
    let code = 0;
    let needed = 0;
    let least = 0x80;
    let most = 0xbf;
    const reset = (): void => {
      needed = 0;
      least = 0x80;
      most = 0xbf;
    };
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      if (needed > 0) {
        if (byte < least || byte > most) {
          // It may begin a character of its own.
          text.push(REPLACEMENT);
          reset();
          at -= 1;
          continue;
        }
        code = (code << 6) | (byte & 0x3f);
        least = 0x80;
        most = 0xbf;
        needed -= 1;
        if (needed === 0) text.push(String.fromCodePoint(code));
      } else if (byte < 0x80) {
        text.push(String.fromCharCode(byte));
      } else if (byte >= 0xc2 && byte <= 0xdf) {
        needed = 1;
        code = byte & 0x1f;
      } else if (byte >= 0xe0 && byte <= 0xef) {
        needed = 2;
        code = byte & 0x0f;
        if (byte === 0xe0) least = 0xa0;
        if (byte === 0xed) most = 0x9f;
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        needed = 3;
        code = byte & 0x07;
        if (byte === 0xf0) least = 0x90;
        if (byte === 0xf4) most = 0x8f;
      } else {
        text.push(REPLACEMENT);
      }
    }
    if (needed > 0) text.push(REPLACEMENT);
    return text.join('');
  }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function fromBase64(text: string): string {
  let bits = 0;
  let held = 0;
  let decoded = '';
  for (const digit of text.replace(/=+$/, '')) {
    held = (held << 6) | DIGITS.indexOf(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    decoded += String.fromCharCode((held >> bits) & 0xff);
    held &= (1 << bits) - 1;
  }
  return decoded;
}

class Unanswered {
  open(): void {}
  setRequestHeader(): void {}
  send(): void {}
  abort(): void {}
}

Object.assign(globalThis, {
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  atob: fromBase64,
  AbortController,
  performance: { now: Date.now },
  // There is no network, and nothing that waits for one or for a time.
  XMLHttpRequest: Unanswered,
  setTimeout: () => 0,
  clearTimeout: () => undefined,
});
