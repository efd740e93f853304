// What the program that runs the tests offers to them, and the module under test.

import NativeSidekick from '../../spec/NativeSidekick';
import type { NativeClient as ShippedClient } from '../../ts/native.js';

export type { NativeFlag } from '../../ts/native.js';

/** As the package sees it, and what ends it before it is swept up. */
export interface NativeClient extends ShippedClient {
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
  /** Where somebody called `installSidekickJSI`. */
  __sidekickJSI?: { createClient(seedHigh: number, seedLow: number): NativeClient };
  testHost: {
    /** The text of a file of vectors. */
    vectors(name: string): string;
    /** Prints a line. */
    say(line: string): void;
    /** All is done, with so many failures. */
    end(failures: number): void;
    living(): Living;
    /** Calls the C++ function of this name. */
    installSidekickJSI(): void;
    /** Does nothing. */
    nothing(): void;
    /** The processor's time that the process has had. */
    nanoseconds(): number;
  };
}

export const globals = globalThis as unknown as Globals;

export const host = globals.testHost;

/** A client without flags, as an app gets it: of the TurboModule. */
export function createClient(high = 1, low = 2): NativeClient {
  if (NativeSidekick == null) throw new Error('React Native has no module Sidekick');
  return NativeSidekick.createClient(high, low) as NativeClient;
}
