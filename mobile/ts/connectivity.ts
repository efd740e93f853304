// The phone's network: when it comes back or is another one, the stream is asked for anew at once.

import { type Driver, hurry } from '../../js/shared/src/driver.js';

/** `@react-native-community/netinfo`, as far as it is needed. */
export interface NetInfoLike {
  addEventListener(listener: (state: NetworkState) => void): () => void;
}

export interface NetworkState {
  /** Not known yet where it is null. */
  readonly isConnected: boolean | null;
  /** `wifi`, `cellular`, `none` and others. */
  readonly type: string;
}

const OFFLINE = '';

/** Gives what ends it. The driver may come later. */
export function followNetwork(netInfo: NetInfoLike, driver: () => Driver | undefined): () => void {
  let last: string | undefined;
  return netInfo.addEventListener(({ isConnected, type }) => {
    if (isConnected === null) return;
    const network = isConnected ? type : OFFLINE;
    // A new listener is told at once what is, and each change of the signal's strength and the like later.
    if (last !== undefined && network !== last) {
      // A connection over the network that was may be dead without a word.
      driver()?.drop();
      if (isConnected) driver()?.act(hurry);
    }
    last = network;
  });
}
