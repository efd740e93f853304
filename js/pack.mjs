// How a package of this workspace is packed: without its scripts, with the licence, and looked at by publint and attw.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const license = fileURLToPath(new URL('../LICENSE', import.meta.url));

/** Runs `act` with a folder that is removed afterwards. */
export function withScratch(act) {
  const scratch = mkdtempSync(join(tmpdir(), 'sidekick-pack-'));
  try {
    return act(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The package's manifest. */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Packs these files of the folder `from`, and more files by their paths; gives the name of the tarball in `folder`. */
export function pack(folder, { manifest, from, files, more = [] }) {
  mkdirSync(folder, { recursive: true });
  return withScratch((staged) => {
    const { scripts, ...published } = manifest;
    writeFileSync(join(staged, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
    for (const file of files) cpSync(join(from, file), join(staged, file), { recursive: true });
    for (const path of [license, ...more]) cpSync(path, join(staged, path.split(/[\\/]/).at(-1)));
    const answer = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: staged, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], ...shell });
    return Object.values(JSON.parse(answer))[0].filename;
  });
}

/** Lets publint and attw look at a tarball; `words` are attw's. */
export function check(tarball, words = []) {
  run('publint', ['--strict', tarball]);
  run('attw', [...words, tarball]);
}

function run(program, words) {
  console.log(`$ ${program} ${words.join(' ')}`);
  execFileSync('npx', ['--no-install', program, ...words], { cwd: fileURLToPath(new URL('.', import.meta.url)), stdio: 'inherit', ...shell });
}

const shell = { shell: process.platform === 'win32' };
