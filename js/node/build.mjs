// Builds dist/: the code as CommonJS with js/shared in it, and an ES module that hands on the same objects.

import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = here('dist/');

rmSync(dist, { recursive: true, force: true });
await build({
  entryPoints: [here('ts/index.ts')],
  outfile: here('dist/index.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // The addon's packages are looked for at run time.
  external: ['@sidekick-flags/node-*'],
  legalComments: 'none',
  logLevel: 'warning',
});

// One instance of each class, however the package is imported. Named one by one: so every loader and bundler sees them.
const names = ['SidekickClient', 'SidekickError', 'fileStorage'];
writeFileSync(`${dist}index.mjs`, `import sidekick from './index.cjs';\n\nexport const { ${names.join(', ')} } = sidekick;\n`);
writeFileSync(`${dist}index.d.cts`, "export * from './types/node/ts/index.js';\n");
writeFileSync(`${dist}index.d.mts`, "export * from './index.cjs';\n");
