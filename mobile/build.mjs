// Builds lib/: one ES module with js/shared in it, which the app's Metro takes from here. The types are tsc's work.

import { createRequire } from 'node:module';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const esbuild = createRequire(new URL('../js/package.json', import.meta.url))('esbuild');
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** React Native has no `URL` and no `Headers` that check anything. */
const nativeRequest = {
  name: 'request.native',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/request\.js$/ }, () => ({ path: here('../js/shared/src/request.native.ts') }));
  },
};

rmSync(here('lib/'), { recursive: true, force: true });
mkdirSync(here('lib/'));
// The package itself has none, for the tools of React Native read `react-native.config.js` as CommonJS.
writeFileSync(here('lib/package.json'), '{ "type": "module" }\n');
await esbuild.build({
  entryPoints: [here('ts/index.ts')],
  outfile: here('lib/index.js'),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  external: ['react', 'react-native'],
  plugins: [nativeRequest],
  legalComments: 'none',
  logLevel: 'warning',
});
