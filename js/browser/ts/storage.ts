// What keeps the last-known flags, for clients that are asked to.

import { snapshotName } from '../../shared/src/snapshot_name.js';
import { keepSnapshots, type Owner, type SnapshotKeeper, type SnapshotStorage } from '../../shared/src/storage.js';

/** `name` says what server and key the flags are of. */
export default function keep(owner: Owner, storage: SnapshotStorage | 'local', name: string): SnapshotKeeper {
  return keepSnapshots(owner, storage === 'local' ? localStore(name) : storage);
}

/** In the browser's local storage. */
function localStore(owner: string): SnapshotStorage {
  const name = snapshotName(owner);
  return {
    load: () => localStorage.getItem(name),
    save: (snapshot) => localStorage.setItem(name, snapshot),
  };
}
