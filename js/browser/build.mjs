// Builds dist/: one ES module for each entry with js/shared in it, the engine's module beside them, and the types.

import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const wasm = here('wasm/sidekick.wasm');

rmSync(here('dist/'), { recursive: true, force: true });
await build({
  entryPoints: ['index', 'inline', 'edge', 'react'].map((entry) => here(`ts/${entry}.ts`)),
  outdir: here('dist/'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  external: ['react'],
  define: { WASM: JSON.stringify(readFileSync(wasm, 'base64')) },
  legalComments: 'none',
  logLevel: 'warning',
});
copyFileSync(wasm, here('dist/sidekick.wasm'));
