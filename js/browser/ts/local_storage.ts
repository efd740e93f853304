// Keeps the last-known flags in the browser's local storage.

import type { SnapshotStorage } from '../../shared/src/storage.js';

/** Under a name of its own. Another version of what is kept there needs another one. */
export function localStore(name: string): SnapshotStorage {
  return {
    load: () => localStorage.getItem(name),
    save: (snapshot) => localStorage.setItem(name, snapshot),
  };
}
