// Packs what is published: this package and, for each platform whose addon lies here, the package that carries it.
//
//   node pack.mjs [folder]   writes the tarballs into the folder (packed/) and prints their names
//   node pack.mjs --check    packs into a temporary folder and lets publint and attw look at this package

import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const license = join(here, '..', '..', 'LICENSE');
const scratch = mkdtempSync(join(tmpdir(), 'sidekick-pack-'));

try {
  if (process.argv[2] === '--check') {
    const [tarball] = packAll(scratch);
    run('npx', ['--no-install', 'publint', '--strict', join(scratch, tarball)]);
    run('npx', ['--no-install', 'attw', join(scratch, tarball)]);
  } else {
    console.log(packAll(resolve(process.argv[2] ?? join(here, 'packed'))).join('\n'));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The names of the tarballs, the main one first. */
function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  const platforms = readdirSync(join(here, 'npm'));
  return [
    packMain(folder, platforms),
    ...platforms.filter((platform) => existsSync(join(here, addon(platform)))).map((platform) => packPlatform(folder, platform)),
  ];
}

/**
 * The platform packages become optional dependencies only now: in the checkout npm would look for them in the registry,
 * where this version isn't before it is published.
 */
function packMain(folder, platforms) {
  const { scripts, ...manifest } = readManifest(here);
  const versions = platforms.map((platform) => {
    const { name, version } = readManifest(join(here, 'npm', platform));
    if (version !== manifest.version) throw new Error(`npm/${platform} is ${version}, this package ${manifest.version}; they must be one version`);
    return [name, version];
  });
  manifest.optionalDependencies = Object.fromEntries(versions);
  return pack(folder, 'main', manifest, here, ['dist', 'README.md']);
}

function packPlatform(folder, platform) {
  const from = join(here, 'npm', platform);
  return pack(folder, platform, readManifest(from), from, ['README.md'], join(here, addon(platform)));
}

function pack(folder, name, manifest, from, files, ...more) {
  const staged = join(scratch, name);
  mkdirSync(staged);
  writeFileSync(join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const file of files) cpSync(join(from, file), join(staged, file), { recursive: true });
  for (const path of [license, ...more]) cpSync(path, join(staged, path.split(/[\\/]/).at(-1)));
  const answer = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: staged, encoding: 'utf8', ...quiet() });
  return Object.values(JSON.parse(answer))[0].filename;
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function addon(platform) {
  return `sidekick.${platform}.node`;
}

function run(program, words) {
  console.log(`$ ${program} ${words.join(' ')}`);
  execFileSync(program, words, { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
}

function quiet() {
  return { stdio: ['ignore', 'pipe', 'ignore'], shell: process.platform === 'win32' };
}
