// The TurboModule `Sidekick`, as React Native's codegen reads it: `codegen.mjs` makes `generated/` of this file.

import type { TurboModule } from 'react-native';
import { TurboModuleRegistry } from 'react-native';

export interface Spec extends TurboModule {
  /**
   * A new client: an object of host functions, which `cpp/client_functions.h` describes. The seed is two random numbers of 32
   * bits.
   */
  createClient(seedHigh: number, seedLow: number): Object;
}

/** Null where the app was built without the native library. */
export default TurboModuleRegistry.get<Spec>('Sidekick');
