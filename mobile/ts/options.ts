// What a caller may choose about the client.

import type { ClientOptions } from '../../js/shared/src/options.js';
import type { MobileStorage } from './storage.js';

/** All may be left out. */
export interface MobileClientOptions extends Omit<ClientOptions, 'storage'> {
  /** Keeps the last-known flags across starts of the app: AsyncStorage, an instance of MMKV, or a storage of your own. */
  readonly storage?: MobileStorage | undefined;
}
