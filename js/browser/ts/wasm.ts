// The engine's module, from wherever it comes: compiled once, however many clients there are.

import { reasonOf, SidekickError } from '../../shared/src/errors.js';

/** The module: where it is fetched from, an answer that brings it, its bytes, or compiled. */
export type WasmSource = string | URL | Given | Promise<Given>;

type Given = Response | BufferSource | WebAssembly.Module;

const compiled = new Map<unknown, Promise<WebAssembly.Module>>();

/** Rejects with WASM; the next call then tries anew. */
export function compile(source: WasmSource): Promise<WebAssembly.Module> {
  const key = source instanceof URL ? source.href : source;
  const module = compiled.get(key) ?? load(key);
  compiled.set(key, module);
  module.catch(() => compiled.delete(key));
  return module;
}

async function load(source: string | Given | Promise<Given>): Promise<WebAssembly.Module> {
  try {
    const given = await (typeof source === 'string' ? fetch(source) : source);
    if (isModule(given)) return given as WebAssembly.Module;
    const answer = given instanceof Response ? given : new Response(given as BufferSource);
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    // By the right type, whatever the server says: else browsers refuse to compile it as it comes.
    const body = new Response(answer.body, { headers: { 'Content-Type': 'application/wasm' } });
    return await WebAssembly.compileStreaming(body);
  } catch (thrown) {
    const from = typeof source === 'string' ? ` from ${source}` : '';
    throw new SidekickError('WASM', `the engine cannot be loaded${from}: ${reasonOf(thrown)}; ${remedy()}`, thrown);
  }
}

/** Not as a type guard: to TypeScript everything is a module. */
export function isModule(value: unknown): boolean {
  return value instanceof WebAssembly.Module;
}

function remedy(): string {
  try {
    // An empty module. A page that forbids the engine forbids this too.
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return "serve the package's sidekick.wasm there, or give options.wasm";
  } catch {
    return "the page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src, for the engine is WebAssembly, which browsers compile only with that (it allows no eval of JavaScript)";
  }
}
