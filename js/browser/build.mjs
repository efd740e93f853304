// Builds dist/: an ES module for each entry with js/shared in it, what entries load when they need it, and the engine's
// module beside them. The types are tsc's work.

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const wasm = here('wasm/sidekick.wasm');

/** What the entries for pages and workers load where it is asked for. */
const LAZY = ['event_source', 'storage', 'tabs'];

/**
 * Properties that no caller sees, which get short names. A name here is replaced wherever it stands: it must not be one of
 * the platform's, of the engine's module or of what callers give and get.
 */
const INTERNAL = [
  'act', 'answer', 'ask', 'changed', 'changedAt', 'chunk', 'connected', 'disconnected', 'driver', 'drop', 'emit', 'end',
  'engine', 'explain', 'exportSnapshot', 'fixed', 'flagsJson', 'forKey', 'forgetFlags', 'generation', 'handleBytes',
  'handleConnected', 'handleDisconnected', 'handleOf', 'handleTimeout', 'handles', 'importSnapshot', 'keeper', 'kind',
  'life', 'names', 'number', 'open', 'options', 'pollOutput', 'reads', 'reasonOf', 'receiver', 'report', 'restore',
  'retryNow', 'route', 'sdkKey', 'serverUrl', 'since', 'slot', 'stop', 'stored', 'suspicion', 'thrown',
];

rmSync(here('dist/'), { recursive: true, force: true });
mkdirSync(here('dist/'));
copyFileSync(wasm, here('dist/sidekick.wasm'));
// One file for each entry, so that a page makes one request; with the same names in all, for one may load another.
const external = LAZY.map((entry) => `./${entry}.js`);
const names = await bundle('index', { external });
await bundle('edge', { external, ...names });
for (const entry of LAZY) await bundle(entry, names);
// Who takes this entry wants one file in all.
await bundle('inline', { define: { WASM: JSON.stringify(readFileSync(wasm, 'hex')) }, ...names });
await bundle('react', { external: ['react'], mangleProps: undefined });

async function bundle(entry, options) {
  const { outputFiles, mangleCache } = await build({
    entryPoints: [here(`ts/${entry}.ts`)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    mangleProps: new RegExp(`^(${INTERNAL.join('|')})$`),
    mangleCache: {},
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    ...options,
  });
  // It puts functions that are used once where they are used, which esbuild does not: 5 % (brotli).
  const { code } = await minify(outputFiles[0].text, { module: true, ecma: 2022, compress: { directives: false, passes: 4, pure_getters: true, unsafe_arrows: true } });
  writeFileSync(here(`dist/${entry}.js`), code);
  return { mangleCache };
}
