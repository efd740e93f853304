// The engine's module as it ships.

import { readFileSync } from 'node:fs';

export const PATH = new URL('../../dist/sidekick.wasm', import.meta.url);
export const BYTES = readFileSync(PATH);
export const MODULE = new WebAssembly.Module(BYTES);
