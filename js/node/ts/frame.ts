// The memory that a client shares with its engine: the small parts of a question go in, the answer comes out. A store
// costs less than an argument does. `src/frame.rs` is the other end and has the same layout.

/** Of the user key and of 16 values. */
const TEXTS = 17;
/** A longer text is cheaper as an argument. */
const TEXT_BYTES = 12;

const SLOT = 0;
const GENERATION = 1;
const ANSWER = 2;
const LENGTHS = 3;
const NUMBERS = LENGTHS + TEXTS;

/** As a length: there is no text. */
const ABSENT = -1;
/** As a length: the text comes as an argument. */
const ARGUMENT = -2;

/** The question that is being asked. Between the first part and the answer no code of a caller's may run. */
export class Frame {
  private readonly numbers: Int32Array;
  private readonly bytes: Uint8Array;
  /** The short texts that stand there: many a value is the same for many users, and need not be written again. */
  private readonly texts: (string | undefined)[] = new Array<string | undefined>(TEXTS).fill(undefined);

  /** The buffer is never handed to anybody else: the engine writes to its memory wherever it lies. */
  constructor(buffer: ArrayBuffer) {
    this.numbers = new Int32Array(buffer, 0, NUMBERS);
    this.bytes = new Uint8Array(buffer, NUMBERS * 4);
  }

  putFlag(slot: number, generation: number): void {
    this.numbers[SLOT] = slot;
    this.numbers[GENERATION] = generation;
  }

  /** The first text is the user key, then come the values. Every one that the question has must be put. */
  putText(index: number, text: string | undefined): void {
    if (index >= TEXTS) return;
    if (text === undefined || text.length > TEXT_BYTES) {
      this.texts[index] = undefined;
      this.numbers[LENGTHS + index] = text === undefined ? ABSENT : ARGUMENT;
    } else if (text !== this.texts[index]) {
      this.texts[index] = text;
      this.numbers[LENGTHS + index] = this.write(index, text);
    }
  }

  /** What the engine has answered. */
  get answer(): number {
    return this.numbers[ANSWER] ?? 0;
  }

  /** The length of a text of ASCII, or ARGUMENT. */
  private write(index: number, text: string): number {
    const { bytes } = this;
    const start = index * TEXT_BYTES;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 127) return ARGUMENT;
      bytes[start + at] = code;
    }
    return text.length;
  }
}
