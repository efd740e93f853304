// A storage in a file, which is replaced as a whole: whoever reads it sees the old flags or the new ones.

import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { SnapshotStorage } from '../../shared/src/index.js';

/** Keeps the last-known flags in the file; its folder is made where it is missing. */
export function fileStorage(path: string): SnapshotStorage {
  // Now, for the process may change its working folder later.
  const file = resolve(path);
  return {
    async load() {
      try {
        return await readFile(file, 'utf8');
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw thrown;
      }
    },
    async save(snapshot) {
      // In the same folder, for a rename does not cross file systems; its own name, for several processes may share it.
      const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
      try {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(temporary, snapshot, { flag: 'wx', mode: 0o600, flush: true });
        await rename(temporary, file);
      } catch (thrown) {
        await rm(temporary, { force: true });
        throw thrown;
      }
    },
  };
}
