// The memory that an instance of the engine shares with JavaScript. `src/exchange.rs` is the other end and has the same
// layout.

import { type Attributes, textOf } from '../../shared/src/attributes.js';
import type * as Wasm from '../wasm/sidekick.wasm';

/** What the module exports. */
export type Exports = typeof Wasm;

// In words of 32 bits from the start. Before them stands the number, of 64 bits.
const TEXT = 2;
const TEXT_LENGTH = 3;
/** Three words: a flag's slot, its generation, and its fixed answer. */
const HANDLE = 4;
const SPANS = 7;

/** As the start of a text: there is none. */
const ABSENT = -1;
/** Texts of at most so many characters have places of their own, which they fill if each takes three bytes. */
const SHORT = 42;
const PLACE = 3 * SHORT;
/** Of the user key and of as many attributes as a flag can have rules. */
const PLACES = 65 * PLACE;

export const encoder = new TextEncoder();
/** A name may begin with what is a byte order mark elsewhere. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What is known of a flag. */
export interface FlagHandle {
  readonly slot: number;
  readonly generation: number;
  /** The packed answer where it is the same for everyone, else -1. */
  readonly fixed: number;
  readonly revision: number;
  /** The attributes that its rules read. */
  readonly names: readonly string[];
}

/** One place that makes them, so that every evaluation sees objects of one shape. */
export function handleOf(slot: number, generation: number, fixed: number, revision: number, names: readonly string[]): FlagHandle {
  return { slot, generation, fixed, revision, names };
}

/** Reads what the engine says, and writes what it is told. */
export class Exchange {
  readonly wasm: Exports;
  readonly #place: number;
  /** Counts the calls by others that overwrote the input or may have moved the memory. */
  #turn = 0;
  /** What stands in the places: pages ask about one user, and a text that stands there need not be written again. */
  #texts: (string | null | undefined)[] = [];
  // The memory as it was when room was last made. Where it has grown since, these have no length any more.
  #words!: Int32Array;
  #input: Uint8Array = new Uint8Array();

  constructor(wasm: Exports) {
    this.wasm = wasm;
    // A seed that spreads a fleet's attempts; nothing hangs on its being a secret.
    this.#place = wasm.create(Math.random() * 2 ** 32, Math.random() * 2 ** 32);
  }

  number(): number {
    return new Float64Array(this.wasm.memory.buffer, this.#place)[0]!;
  }

  /** The text that a call has shown; the call stands as an argument. */
  text(_shown?: void): string {
    const words = this.#view();
    this.#turn += 1;
    return decoder.decode(new Uint8Array(this.wasm.memory.buffer, words[TEXT], words[TEXT_LENGTH]));
  }

  /** Writes all input; gives its length. */
  write(bytes: Uint8Array): number {
    this.#turn += 1;
    this.#texts = [];
    this.#reserve(bytes.length);
    this.#input.set(bytes);
    return bytes.length;
  }

  writeText(text: string): number {
    return this.write(encoder.encode(text));
  }

  /** Undefined where there is no such flag. */
  resolve(flagKey: string): FlagHandle | undefined {
    const count = this.wasm.resolve(this.writeText(flagKey));
    if (count < 0) return undefined;
    const [slot, generation, fixed] = this.#view().subarray(HANDLE);
    const revision = this.number();
    const names = Array.from({ length: count }, (_, index) => this.text(this.wasm.attribute(index)));
    return handleOf(slot!, generation!, fixed!, revision, names);
  }

  /**
   * Asks about a flag. Gives the packed answer, or -1 where the user key is needed and is none. Throws what a getter of
   * the caller's throws.
   */
  evaluate(flag: FlagHandle, userKey: unknown, attributes: Attributes | null | undefined): number {
    const { slot, generation, names } = flag;
    this.#turn += 1;
    const turn = this.#turn;
    let rest = PLACES;
    for (let index = 0; index <= names.length; index += 1) {
      const value: unknown = index > 0 ? attributes?.[names[index - 1]!] : typeof userKey === 'boolean' ? undefined : userKey;
      const text = typeof value === 'string' ? value : (textOf(value) ?? null);
      if (text === this.#texts[index]) continue;
      this.#texts[index] = text;
      const length = text === null ? 0 : text.length;
      let start = PLACE * index;
      if (length > SHORT) {
        this.#texts[index] = undefined;
        start = rest;
        rest += 3 * length;
      }
      if (rest > this.#input.length) this.#reserve(rest);
      const input = this.#input;
      let end = start;
      // Most texts are of ASCII: then this is several times as quick as the encoder.
      for (let at = 0; at < length; at += 1) {
        const code = text!.charCodeAt(at);
        if (code > 127) {
          end = start + encoder.encodeInto(text!, input.subarray(start)).written;
          break;
        }
        input[end] = code;
        end += 1;
      }
      const span = SPANS + 2 * index;
      this.#words[span] = text === null ? ABSENT : start;
      this.#words[span + 1] = end;
    }
    if (turn === this.#turn) return this.wasm.evaluate(slot, generation);
    // A getter asked something itself, and what was written is lost: once more, from values.
    return this.evaluate(flag, userKey, Object.fromEntries(names.map((name) => [name, attributes![name]])));
  }

  #view(): Int32Array {
    return new Int32Array(this.wasm.memory.buffer, this.#place);
  }

  #reserve(bytes: number): void {
    const room = bytes + PLACES;
    const place = this.wasm.reserve(room);
    this.#input = new Uint8Array(this.wasm.memory.buffer, place, room);
    this.#words = this.#view();
  }
}
