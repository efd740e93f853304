// Packs what is published.
//
//   node pack.mjs [folder]   writes the tarball into the folder (packed/) and prints its name
//   node pack.mjs --check    packs into a temporary folder and lets publint and attw look at it

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, pack, readManifest, withScratch } from '../pack.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
/** A WebAssembly module has no types that attw could look for. */
const ATTW = ['--profile', 'esm-only', '--exclude-entrypoints', 'sidekick.wasm', '--'];

const packInto = (folder) => pack(folder, { manifest: readManifest(here), from: here, files: ['dist', 'README.md'] });

if (process.argv[2] === '--check') withScratch((scratch) => check(join(scratch, packInto(scratch)), ATTW));
else console.log(packInto(resolve(process.argv[2] ?? join(here, 'packed'))));
