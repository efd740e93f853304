// Where an app keeps the last-known flags: a storage of its own, or one of the usual libraries as it is.

import { snapshotName } from '../../js/shared/src/snapshot_name.js';
import { keepSnapshots, type Owner, type SnapshotKeeper, type SnapshotStorage } from '../../js/shared/src/storage.js';

/** `AsyncStorage` of @react-native-async-storage/async-storage is one. */
export interface AsyncStore {
  getItem(name: string): Promise<string | null>;
  setItem(name: string, text: string): Promise<unknown>;
}

/** An instance of react-native-mmkv is one. */
export interface SyncStore {
  getString(name: string): string | undefined;
  set(name: string, text: string): unknown;
}

/** All that the option `storage` takes. */
export type MobileStorage = SnapshotStorage | AsyncStore | SyncStore;

/** `name` says what server and key the flags are of: in a library's storage they stand under a name made of it. */
export function keeperOf(owner: Owner, storage: MobileStorage | undefined, name: string): SnapshotKeeper | undefined {
  return storage && keepSnapshots(owner, 'load' in storage ? storage : storedAs(snapshotName(name), storage));
}

function storedAs(name: string, store: AsyncStore | SyncStore): SnapshotStorage {
  if ('getString' in store) return { load: () => store.getString(name), save: (snapshot) => void store.set(name, snapshot) };
  return { load: () => store.getItem(name), save: (snapshot) => store.setItem(name, snapshot).then(() => undefined) };
}
