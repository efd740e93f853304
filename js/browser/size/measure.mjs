// What a page loads because of this package, in bytes: as files, and compressed as servers do it ahead of time.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/**
 * The engine's module, the client, what a client with other tabs beside it loads, and the entry for React, as they ship:
 * minified, and each one file. A bundler that minifies them anew leaves a little more: esbuild was seen to add 4 % to the
 * client.
 */
export function measure() {
  const sizeOf = (name) => compressed(readFileSync(`${dist}${name}`));
  return { wasm: sizeOf('sidekick.wasm'), client: sizeOf('index.js'), tabs: sizeOf('tabs.js'), react: sizeOf('react.js') };
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
