// Finds the addon for this machine: the one built in this checkout, else the package that npm installed beside this one.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NativeAddon } from './native.js';

/** The packages there are. The names stand in full, so that tools that trace files find them. */
const PACKAGES: Readonly<Record<string, () => unknown>> = {
  'linux-x64-gnu': () => require('@sidekick-flags/node-linux-x64-gnu'),
  'linux-x64-musl': () => require('@sidekick-flags/node-linux-x64-musl'),
  'linux-arm64-gnu': () => require('@sidekick-flags/node-linux-arm64-gnu'),
  'linux-arm64-musl': () => require('@sidekick-flags/node-linux-arm64-musl'),
  'darwin-x64': () => require('@sidekick-flags/node-darwin-x64'),
  'darwin-arm64': () => require('@sidekick-flags/node-darwin-arm64'),
  'win32-x64-msvc': () => require('@sidekick-flags/node-win32-x64-msvc'),
};

/** The addon, loaded with this module. */
export const addon: NativeAddon = load();

function load(): NativeAddon {
  const platforms = platformsOf(process.platform, process.arch);
  const tried: string[] = [];
  for (const platform of platforms) {
    const local = join(__dirname, '..', `sidekick.${platform}.node`);
    const ways: (readonly [string, () => unknown])[] = [];
    if (existsSync(local)) ways.push([local, () => require(local)]);
    const named = PACKAGES[platform];
    if (named !== undefined) ways.push([`@sidekick-flags/node-${platform}`, named]);
    for (const [what, way] of ways) {
      try {
        return way() as NativeAddon;
      } catch (thrown) {
        tried.push(`${what}: ${firstLine(thrown)}`);
      }
    }
  }
  throw new Error(explanation(platforms, tried));
}

/** The likeliest first. On Linux both C libraries: a wrong guess must not be the end. */
function platformsOf(system: string, processor: string): string[] {
  const name = `${system}-${processor}`;
  if (system === 'linux') return isMusl() ? [`${name}-musl`, `${name}-gnu`] : [`${name}-gnu`, `${name}-musl`];
  return [system === 'win32' ? `${name}-msvc` : name];
}

/** Whether this very process runs on musl. A diagnostic report would tell too, but may look up names in the network. */
function isMusl(): boolean {
  try {
    return /\/ld-musl-|\/libc\.musl-/.test(readFileSync('/proc/self/maps', 'latin1'));
  } catch {
    return false;
  }
}

function explanation(platforms: readonly string[], tried: readonly string[]): string {
  const machine = `${process.platform} ${process.arch}, Node ${process.versions.node}`;
  const [platform = ''] = platforms;
  if (!(platform in PACKAGES)) {
    return (
      `@sidekick-flags/node has no addon for this machine (${machine}). ` +
      `There are addons for ${Object.keys(PACKAGES).join(', ')}.`
    );
  }
  return [
    `@sidekick-flags/node found no addon that loads on this machine (${machine}).`,
    `It looked for the package @sidekick-flags/node-${platform}, and tried:`,
    ...tried.map((line) => `  - ${line}`),
    'The package is an optional dependency that npm installs by itself. It is missing after `npm install --omit=optional`,',
    'where node_modules or package-lock.json come from another system (npm/cli#4828), or where a bundler left it out.',
    `Remedy: remove node_modules and package-lock.json and install again on this system, or npm install @sidekick-flags/node-${platform}.`,
    'Bundlers: keep @sidekick-flags/node external.',
  ].join('\n');
}

function firstLine(thrown: unknown): string {
  return String((thrown as Error | undefined)?.message ?? thrown).split('\n', 1)[0] ?? '';
}
