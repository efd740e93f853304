// The engine as the native library shows it: a client's host functions, which `cpp/client_functions.h` describes.

import NativeSidekick from '../spec/NativeSidekick.js';
import type { Engine } from '../../js/shared/src/engine.js';
import { SidekickError } from '../../js/shared/src/errors.js';

/** A flag as it was found; all but `evaluate` holds until `FLAGS_CHANGED` names it. */
export interface NativeFlag {
  /** The packed answer where it is the same for everyone, else -1. */
  readonly fixed: number;
  /** The revision at which it last changed. */
  readonly revision: number;
  /** The attributes that its rules read. */
  readonly attributes: readonly string[];
  /** The answer as `decodeEvaluation` reads it. Reads what the rules ask for, and never throws. */
  evaluate(userKey: unknown, attributes?: unknown, defaultValue?: unknown): number;
  /** Where memory is shared: as `evaluate`, about what is written there and with `false` for a default; -1 where it cannot be used. */
  readonly evaluateWritten?: () => number;
}

/** One client's host functions. They hold its memory: it is given back with the last of them. */
export interface NativeClient extends Engine {
  /** A string is whole characters of the stream. */
  handleBytes(now: number, bytes: Uint8Array | string): void;
  resolve(flagKey: string): NativeFlag | undefined;
  /** For what is resolved from now on: where the texts of questions are written. */
  shareMemory(memory: ArrayBuffer): void;
  /** Reads a user once. Gives what answers about it, as packed bits, and never throws. */
  bindUser(userKey: unknown, attributes?: unknown): (flagKey: string, defaultValue?: unknown) => number;
}

/** What gives clients: the TurboModule, or the object that `installSidekickJSI` puts into a runtime. */
interface Library {
  createClient(seedHigh: number, seedLow: number): object;
}

/** A client without flags. Throws NATIVE_MODULE where the app has no native library. */
export function createClient(): NativeClient {
  const library = NativeSidekick ?? (globalThis as { __sidekickJSI?: Library }).__sidekickJSI;
  if (!library) {
    throw new SidekickError(
      'NATIVE_MODULE',
      'the app was built without the native library of @sidekick-flags/react-native: build it anew after the package is installed (pod install on iOS); it needs the New Architecture, and Expo Go does not have it',
    );
  }
  // A seed that spreads a fleet's attempts; nothing hangs on its being a secret.
  const seed = (): number => Math.floor(Math.random() * 2 ** 32);
  return library.createClient(seed(), seed()) as NativeClient;
}
