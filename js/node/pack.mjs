// Packs what is published: this package and, for each platform whose addon lies here, the package that carries it.
//
//   node pack.mjs [folder]   writes the tarballs into the folder (packed/) and prints their names
//   node pack.mjs --check    packs into a temporary folder and lets publint and attw look at this package

import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check, pack, readManifest, withScratch } from '../pack.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

if (process.argv[2] === '--check') withScratch((scratch) => check(join(scratch, packAll(scratch)[0])));
else console.log(packAll(resolve(process.argv[2] ?? join(here, 'packed'))).join('\n'));

/** The names of the tarballs, the main one first. */
function packAll(folder) {
  const platforms = readdirSync(join(here, 'npm'));
  const built = platforms.filter((platform) => existsSync(join(here, addon(platform))));
  return [packMain(folder, platforms), ...built.map((platform) => packPlatform(folder, platform))];
}

/**
 * The platform packages become optional dependencies only now: in the checkout npm would look for them in the registry,
 * where this version isn't before it is published.
 */
function packMain(folder, platforms) {
  const manifest = readManifest(here);
  const versions = platforms.map((platform) => {
    const { name, version } = readManifest(join(here, 'npm', platform));
    if (version !== manifest.version) throw new Error(`npm/${platform} is ${version}, this package ${manifest.version}; they must be one version`);
    return [name, version];
  });
  manifest.optionalDependencies = Object.fromEntries(versions);
  return pack(folder, { manifest, from: here, files: ['dist', 'README.md'] });
}

function packPlatform(folder, platform) {
  const from = join(here, 'npm', platform);
  return pack(folder, { manifest: readManifest(from), from, files: ['README.md'], more: [join(here, addon(platform))] });
}

function addon(platform) {
  return `sidekick.${platform}.node`;
}
