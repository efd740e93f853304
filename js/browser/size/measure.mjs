// What a page loads because of this package, in bytes: as files, and compressed as servers do it ahead of time.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** The engine's module, the client as a bundler leaves it in a page that uses nothing else, and the entry for React. */
export async function measure() {
  return {
    wasm: compressed(readFileSync(`${dist}sidekick.wasm`)),
    client: compressed(await bundled("export { SidekickBrowserClient } from './index.js'")),
    react: compressed(await bundled("export * from './react.js'")),
  };
}

async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: dist },
    bundle: true,
    minify: true,
    format: 'esm',
    external: ['react'],
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].contents;
}

function compressed(bytes) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params }).length,
  };
}
