// Makes one file of a test program in TypeScript, with React Native's own registry of TurboModules in it.
//
// node test/bundle.mjs PROGRAM OUTPUT

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const mobile = createRequire(new URL('../package.json', import.meta.url));
const esbuild = createRequire(new URL('../../js/package.json', import.meta.url))('esbuild');
const reactNative = dirname(mobile.resolve('react-native/package.json'));
const preset = mobile.resolve('@react-native/babel-preset');
const babel = createRequire(preset)('@babel/core');

/** React Native's sources as they are; Babel takes their types out, as it does for an app. */
const reactNativeSources = {
  name: 'react-native',
  setup(build) {
    // An app that is always in the foreground: its life would come from another native module.
    const contents = `
      export * as TurboModuleRegistry from './Libraries/TurboModule/TurboModuleRegistry.js';
      export const AppState = { addEventListener: () => ({ remove() {} }) };`;
    const entry = { contents, resolveDir: reactNative };
    build.onResolve({ filter: /^react-native$/ }, ({ path }) => ({ path, namespace: 'react-native' }));
    build.onLoad({ filter: /.*/, namespace: 'react-native' }, () => entry);
    build.onLoad({ filter: /node_modules\/react-native\/.*\.js$/ }, async ({ path: filename }) => {
      const presets = [[preset, { enableBabelRuntime: false, disableImportExportTransform: true }]];
      const options = { filename, babelrc: false, configFile: false, presets };
      return { contents: (await babel.transformAsync(readFileSync(filename, 'utf8'), options)).code };
    });
  },
};

const [program, outfile] = process.argv.slice(2);
await esbuild.build({
  entryPoints: [program],
  outfile,
  bundle: true,
  format: 'iife',
  target: 'es2022',
  logLevel: 'warning',
  define: { __DEV__: 'false', global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
  alias: { 'node:test': here('support/node_test.ts'), 'node:assert/strict': here('support/node_assert.ts') },
  plugins: [reactNativeSources],
});
