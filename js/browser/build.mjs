// Builds dist/: an ES module for each entry with js/shared in it, what entries load when they need it, the engine's module
// beside them, and the types (by tsc).

import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const wasm = here('wasm/sidekick.wasm');

/**
 * Properties of what callers never see, which get shorter names. One name here must mean one thing everywhere: it is
 * renamed wherever it stands, so none may be a platform's, a caller's or one of the wasm's exports.
 */
const INTERNAL = [
  'allIsWell', 'connected', 'disconnected', 'driver', 'emit', 'explain', 'exportSnapshot', 'flagsJson', 'forget',
  'forgetFlags', 'handleBytes', 'handleConnected', 'handleDisconnected', 'handleTimeout', 'handles', 'hears', 'hurry',
  'importSnapshot', 'lastKey', 'pollOutput', 'retryNow', 'tell', 'thrown', 'trouble', 'turn', 'writeText',
];

const options = {
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  external: ['react', './event_source.js'],
  define: { WASM: JSON.stringify(readFileSync(wasm, 'base64')) },
  mangleProps: new RegExp(`^(${INTERNAL.join('|')})$`),
  legalComments: 'none',
  logLevel: 'warning',
};

rmSync(here('dist/'), { recursive: true, force: true });
// One file for each, so that a page makes one request; with the same names in all, as one may load another.
let mangleCache = {};
for (const entry of ['index', 'inline', 'edge', 'react', 'event_source']) {
  const built = await build({ ...options, entryPoints: [here(`ts/${entry}.ts`)], outfile: here(`dist/${entry}.js`), mangleCache });
  mangleCache = built.mangleCache;
}
copyFileSync(wasm, here('dist/sidekick.wasm'));
