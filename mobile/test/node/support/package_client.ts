// The package's own client over a phone's networking: what an app imports, below which only the native library is another.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createNative } from '../../../../js/node/test/support/engine.js';
import type { NativeHandle } from '../../../../js/node/ts/native.js';
import type { SidekickMobileClient } from '../../../ts/client.js';
import { type Phone, takingText } from './phone.js';

/** Loads it into the phone. */
export async function packageClient(phone: Phone): Promise<typeof SidekickMobileClient> {
  const require = createRequire(import.meta.url);
  const path = require.resolve(join(import.meta.dirname, '../../../node_modules/react-native'));
  require.cache[path] = { exports: { AppState: phone.appState, TurboModuleRegistry: { get: () => ({ createClient }) } } } as NodeJS.Module;
  return (await import('../../../ts/client.js')).SidekickMobileClient;
}

/** The Node package's engine, by the names of `cpp/client_functions.h`. It gives the answers that are the same for everyone. */
export function createClient(seedHigh: number, seedLow: number): object {
  const native = createNative(seedHigh, seedLow);
  const refuse = (): never => {
    throw new Error('this engine is not asked about users; the tests of the native library ask that');
  };
  return new Proxy(takingText(native), {
    get(engine, name) {
      if (name === 'shareMemory') return () => undefined;
      if (name === 'bindUser') return refuse;
      if (name !== 'resolve') return Reflect.get(engine, name) as unknown;
      return (flagKey: string) => {
        const handle: NativeHandle | null | undefined = native.resolve(flagKey);
        return handle ? { ...handle, evaluate: refuse } : undefined;
      };
    },
  });
}
