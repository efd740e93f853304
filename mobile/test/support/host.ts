// What the program that runs the tests offers to them, and the module under test.

import NativeSidekick from '../../spec/NativeSidekick';
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
