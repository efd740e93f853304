// What the program that runs the tests offers to them, and what the library under test puts beside it.

import type { Engine } from '../../../js/shared/src/engine.js';

/** A flag as the engine found it. */
export interface NativeFlag {
  readonly fixed: number;
  readonly revision: number;
  readonly attributes: readonly string[];
  evaluate(userKey?: unknown, attributes?: unknown, defaultValue?: unknown): number;
}

/** The host functions of one client. */
export interface NativeClient extends Engine {
  resolve(flagKey: string): NativeFlag | undefined;
  bindUser(userKey?: unknown, attributes?: unknown): (flagKey?: unknown, defaultValue?: unknown) => number;
  free(): void;
}

/** What lives in native memory. */
export interface Living {
  readonly clients: number;
  readonly users: number;
  /** Texts that the C library gave and has not got back. */
  readonly texts: number;
}

interface Globals {
  __sidekickJSI: { createClient(seedHigh: number, seedLow: number): NativeClient };
  testHost: {
    /** The text of a file of vectors. */
    vectors(name: string): string;
    /** Prints a line. */
    say(line: string): void;
    /** All is done, with so many failures. */
    end(failures: number): void;
    living(): Living;
    /** Does nothing. */
    nothing(): void;
    /** The processor's time that the process has had. */
    nanoseconds(): number;
  };
}

const globals = globalThis as unknown as Globals;

export const host = globals.testHost;

/** A client without flags. */
export function createClient(high = 1, low = 2): NativeClient {
  return globals.__sidekickJSI.createClient(high, low);
}
