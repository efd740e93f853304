// The core's engine in WebAssembly: as the driver calls it, and as flags are asked for. It and JavaScript hand each other
// texts in memory that both see; `src/exchange.rs` is the other end and has the same layout.

import { type Attributes, textOf } from '../../shared/src/attributes.js';
import type { Engine, OutputKind } from '../../shared/src/engine.js';
import type * as Wasm from '../wasm/sidekick.wasm';

/** What the module exports. */
export type Exports = typeof Wasm;

// The names of the module's exports, which a page loads twice, there and here. In full are only those of `Engine`.
const ATTRIBUTE = 'a';
const EXPORT_SNAPSHOT = 'b';
const FLAGS_JSON = 'c';
const HANDLE_BYTES = 'd';
const HANDLE_CONNECTED = 'e';
const HANDLE_DISCONNECTED = 'f';
const HANDLE_TIMEOUT = 'g';
const IMPORT_SNAPSHOT = 'h';
const POLL_OUTPUT = 'i';
const RESERVE = 'j';
const RETRY_NOW = 'k';
export const CREATE = 'l';
const RESOLVE = 'm';
const EVALUATE = 'n';

// In words of 32 bits from the start. Before them stands the number, of 64 bits.
/** Two words: where the text starts, and its length. */
const TEXT = 2;
/** Three words: a flag's slot, its generation, and its fixed answer. */
const HANDLE = 4;
const SPANS = 7;

/** As the length or the start of a text: there is none. */
const ABSENT = -1;
/** Texts of at most so many characters have places of their own, which they fill if each takes three bytes. */
const SHORT = 42;
const PLACE = 3 * SHORT;
/** Of the user key and of as many attributes as a flag can have rules. */
const PLACES = 65 * PLACE;
/** The most bytes that are handed over at once: what the instance takes for its input, it keeps. */
const PIECE = 60_000;

export const encoder = new TextEncoder();
/** A name may begin with what is a byte order mark at the start of a stream. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What is known of a flag, or of a key that no flag has. */
export interface FlagHandle {
  readonly forKey: string;
  /** How many attributes its rules read; below 0 where there is no such flag. */
  readonly reads: number;
  readonly slot: number;
  readonly generation: number;
  /** The packed answer where it is the same for everyone, else -1. */
  readonly fixed: number;
  readonly changedAt: number;
  /** The attributes. */
  readonly names: readonly string[];
}

/** Packed answers from here on are the engine's; below are callers' defaults. */
export const GIVEN = 2;

/** Stands where no flag can be. No flag has the empty key. */
export const NO_FLAG = { forKey: '', reads: -1, fixed: -1 } as FlagHandle;

/** What is asked of the engine beside what the driver needs. */
export interface WasmEngine extends Engine {
  handleOf(flagKey: string): FlagHandle;
  /**
   * Asks about a flag. Gives the packed answer, or -1 where the user key is needed and is none. Throws what a getter of
   * the caller's throws.
   */
  answer(flag: FlagHandle, userKey: unknown, attributes: Attributes | null | undefined): number;
}

/** The engine in a fresh instance of the module. */
export function engineOf(wasm: Exports): WasmEngine {
  const { memory } = wasm;
  // A seed that spreads a fleet's attempts; nothing hangs on its being a secret.
  const place = wasm[CREATE](0, Math.random() * 2 ** 32);
  /** What stands in the places: pages ask about one user, and a text that stands there need not be written again. */
  let texts: (string | null | undefined)[] = [];
  /** Of the stream that is open: it keeps what a character was cut in. */
  let stream = new TextDecoder();
  // The memory as it was when room was last made. Where it has grown since, these have no length any more.
  let spans: Int32Array;
  let input = new Uint8Array();

  const view = (word: number): Int32Array => new Int32Array(memory.buffer, place + 4 * word);

  const makeRoom = (bytes: number): void => {
    const room = bytes + PLACES;
    const at = wasm[RESERVE](room);
    input = new Uint8Array(memory.buffer, at, room);
    spans = view(SPANS);
  };

  /** Writes all input; gives its length. */
  const write = (text: string): number => {
    const bytes = encoder.encode(text);
    texts = [];
    makeRoom(bytes.length);
    input.set(bytes);
    return bytes.length;
  };

  /** The text that a call has shown; the call stands as an argument. */
  const text = (_shown?: unknown): string => {
    const [start, length] = view(TEXT);
    return decoder.decode(new Uint8Array(memory.buffer, start, length));
  };

  const number = (): number => new Float64Array(memory.buffer, place)[0]!;

  return {
    ...wasm,
    handleDisconnected: wasm[HANDLE_DISCONNECTED],
    handleTimeout: wasm[HANDLE_TIMEOUT],
    retryNow: wasm[RETRY_NOW],
    handleConnected(now, status, contentType, retryAfter) {
      stream = new TextDecoder();
      const length = write(contentType);
      wasm[HANDLE_CONNECTED](now, status, length, write(contentType + retryAfter));
    },
    handleBytes(now, bytes) {
      // The platform decodes a stream as its standard says, so the module need not.
      for (let at = 0; at < bytes.length; at += PIECE) {
        wasm[HANDLE_BYTES](now, write(stream.decode(bytes.subarray(at, at + PIECE), { stream: true })));
      }
    },
    pollOutput() {
      const kind = wasm[POLL_OUTPUT]() as OutputKind;
      return kind && { kind, text: text(), number: number() };
    },
    flagsJson: () => text(wasm[FLAGS_JSON]()),
    exportSnapshot: () => (wasm[EXPORT_SNAPSHOT]() ? text() : undefined),
    importSnapshot(snapshot) {
      const taken = wasm[IMPORT_SNAPSHOT](write(snapshot));
      if (taken < 0) throw new Error('not a snapshot');
      return taken > 0;
    },
    handleOf(forKey) {
      const count = wasm[RESOLVE](write(forKey));
      const [slot, generation, fixed] = view(HANDLE);
      const changedAt = number();
      const names = Array.from({ length: count }, (_, index) => text(wasm[ATTRIBUTE](index)));
      return { forKey, reads: count, slot: slot!, generation: generation!, fixed: fixed!, changedAt, names };
    },
    answer(flag, userKey, attributes) {
      const { slot, generation, names } = flag;
      let rest = PLACES;
      // All are read before one is written: a getter may ask something itself.
      const values: unknown[] = [typeof userKey === 'boolean' ? undefined : userKey];
      for (let index = 0; index < names.length; index += 1) values[index + 1] = attributes?.[names[index]!];
      for (let index = 0; index < values.length; index += 1) {
        const value = values[index];
        const text = typeof value === 'string' ? value : (textOf(value) ?? null);
        if (text === texts[index]) continue;
        texts[index] = text;
        const length = text === null ? ABSENT : text.length;
        let start = PLACE * index;
        if (length > SHORT) {
          texts[index] = undefined;
          start = rest;
          rest += 3 * length;
        }
        if (rest > input.length) makeRoom(rest);
        const bytes = input;
        // Most texts are of ASCII: then this is several times as quick as the encoder.
        let at = 0;
        for (let code: number; at < length && (code = text!.charCodeAt(at)) < 128; at += 1) bytes[start + at] = code;
        spans[2 * index] = length < 0 ? ABSENT : start;
        spans[2 * index + 1] = start + (at < length ? encoder.encodeInto(text!, bytes.subarray(start)).written : at);
      }
      return wasm[EVALUATE](slot, generation);
    },
  };
}
