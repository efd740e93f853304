// Builds dist/, or with --serve serves it and builds at each request.

import { copyFileSync, mkdirSync } from 'node:fs';
import { build, context } from 'esbuild';

const options = {
  entryPoints: ['main.js'],
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'esm',
  // Copies the WebAssembly module beside the bundle.
  loader: { '.wasm': 'file' },
};

mkdirSync('dist', { recursive: true });
copyFileSync('index.html', 'dist/index.html');
if (process.argv.includes('--serve')) {
  const { port } = await (await context(options)).serve({ servedir: 'dist', host: '127.0.0.1', port: 8080 });
  console.log(`listening on http://127.0.0.1:${port}`);
} else {
  await build(options);
}
