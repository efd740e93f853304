// The memory that an instance of the engine shares with JavaScript. `src/exchange.rs` is the other end and has the same
// layout.

import type * as Wasm from '../wasm/sidekick.wasm';

/** What the module exports. */
export type Exports = typeof Wasm;

// In words of 32 bits from the start. Before them stands the number, of 64 bits.
const TEXT = 2;
const TEXT_LENGTH = 3;
export const SLOT = 4;
export const GENERATION = 5;
export const FIXED = 6;
const SPANS = 7;
const WORDS = 137;

/** As the start of a text: there is none. */
const ABSENT = -1;

const encoder = new TextEncoder();
/** A name may begin with what is a byte order mark elsewhere. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads what the engine says, and writes what it is told. */
export class Exchange {
  readonly wasm: Exports;
  /** Counts what overwrote the input. */
  turn = 0;
  readonly #place: number;
  // The memory as it was when room was last made. Where it has grown since, these have no length any more.
  #words: Int32Array = new Int32Array();
  #input: Uint8Array = new Uint8Array();
  #room = 4_096;

  constructor(wasm: Exports) {
    this.wasm = wasm;
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    this.#place = wasm.create(high!, low!);
  }

  words(): Int32Array {
    return new Int32Array(this.wasm.memory.buffer, this.#place, WORDS);
  }

  number(): number {
    return new Float64Array(this.wasm.memory.buffer, this.#place, 1)[0]!;
  }

  text(): string {
    const words = this.words();
    return decoder.decode(new Uint8Array(this.wasm.memory.buffer, words[TEXT], words[TEXT_LENGTH]));
  }

  /** Writes all input; gives its length. */
  write(bytes: Uint8Array): number {
    this.turn += 1;
    this.#reserve(bytes.length);
    this.#input.set(bytes);
    return bytes.length;
  }

  writeText(text: string): number {
    return this.write(encoder.encode(text));
  }

  /** Writes a text of a question to the place `start` of the input; gives where it ends. */
  put(index: number, text: string | undefined, start: number): number {
    const length = text === undefined ? 0 : text.length;
    // A character takes at most three bytes. This is true, too, where the memory has grown.
    if (start + 3 * length >= this.#input.length) this.#reserve(start + 3 * length + 1);
    const input = this.#input;
    let end = start;
    // Most texts are short and of ASCII: then this is several times as quick as the encoder.
    for (let at = 0; at < length; at += 1) {
      const code = text!.charCodeAt(at);
      if (code > 127) {
        end = start + encoder.encodeInto(text!, input.subarray(start)).written;
        break;
      }
      input[end] = code;
      end += 1;
    }
    this.#words[SPANS + 2 * index] = text === undefined ? ABSENT : start;
    this.#words[SPANS + 2 * index + 1] = end;
    return end;
  }

  #reserve(bytes: number): void {
    this.#room = Math.max(this.#room, bytes);
    const place = this.wasm.reserve(this.#room);
    this.#input = new Uint8Array(this.wasm.memory.buffer, place, this.#room);
    this.#words = this.words();
  }
}
