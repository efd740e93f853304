// What keeps the last-known flags, for clients that are asked to.

import { keepSnapshots, type Owner, type SnapshotKeeper, type SnapshotStorage } from '../../shared/src/storage.js';

/** `name` says what server and key the flags are of. */
export default function keep(owner: Owner, storage: SnapshotStorage | 'local', name: string): SnapshotKeeper {
  return keepSnapshots(owner, storage === 'local' ? localStore(name) : storage);
}

/** In the browser's local storage, under a name that does not show the key. */
function localStore(owner: string): SnapshotStorage {
  // What is kept in another form needs another name.
  const name = `sidekick:1:${digest(owner)}`;
  return {
    load: () => localStorage.getItem(name),
    save: (snapshot) => localStorage.setItem(name, snapshot),
  };
}

/** FNV-1a, 32 bits (G. Fowler, L. C. Noll, K.-P. Vo). It tells texts apart; it is no lock. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  return (hash >>> 0).toString(36);
}
