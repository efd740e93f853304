// What a caller may choose about the client.

import type { ClientOptions } from '../../js/shared/src/options.js';
import type { MobileStorage } from './storage.js';
import type { StreamOptions } from './stream.js';

/** All may be left out. */
export interface MobileClientOptions extends Omit<ClientOptions, 'storage'>, StreamOptions {
  /** Keeps the last-known flags across starts of the app: AsyncStorage, an instance of MMKV, or a storage of your own. */
  readonly storage?: MobileStorage | undefined;
}
