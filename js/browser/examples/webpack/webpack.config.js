// One bundle, and the page beside it. The WebAssembly module needs no setting: webpack follows its `new URL`.

import { copyFileSync } from 'node:fs';
import { resolve } from 'node:path';

export default {
  mode: 'production',
  entry: './main.js',
  output: { path: resolve('dist'), filename: 'main.js', clean: true },
  plugins: [{ apply: (compiler) => compiler.hooks.done.tap('page', () => copyFileSync('index.html', 'dist/index.html')) }],
};
