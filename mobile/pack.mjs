// Packs what is published.
//
//   node pack.mjs [folder]             writes the tarball into the folder (packed/) and prints its name
//   node pack.mjs [folder] --sources   the same without the native libraries, for who looks at the rest
//   node pack.mjs --check              packs so into a temporary folder and lets publint and attw look at it

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check, pack, readManifest, withScratch } from '../js/pack.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
/** What `cargo xtask mobile-libs` makes. */
const LIBRARIES = ['native', 'ios/SidekickFfi.xcframework'];

function packInto(folder, isWhole) {
  const missing = LIBRARIES.filter((path) => !existsSync(join(here, path)));
  if (isWhole && missing.length > 0) {
    console.error(`${missing.join(' and ')} are missing: make them with cargo xtask mobile-libs, or pack without them: --sources`);
    process.exit(1);
  }
  const { devDependencies, ...manifest } = readManifest(here);
  const files = manifest.files.filter((path) => isWhole || !LIBRARIES.includes(path));
  return pack(folder, { manifest, from: here, files: [...files, 'README.md'] });
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { check: { type: 'boolean' }, sources: { type: 'boolean' } } });
if (values.check) withScratch((scratch) => check(join(scratch, packInto(scratch, false)), ['--profile', 'esm-only', '--']));
else console.log(packInto(resolve(positionals[0] ?? join(here, 'packed')), !values.sources));
