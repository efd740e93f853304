// The engine's module, from wherever it comes: compiled once, however many clients there are.

import { reasonOf, SidekickError } from '../../shared/src/errors.js';

/** The module: where it is fetched from, an answer that brings it, its bytes, or compiled. */
export type WasmSource = string | URL | Given | Promise<Given>;

type Given = Response | BufferSource | WebAssembly.Module;

const compiled = new Map<unknown, Promise<WebAssembly.Module>>();

/** A fresh instance of it. Rejects with WASM; the next call then tries anew. */
export async function instantiate(source: WasmSource): Promise<WebAssembly.Exports> {
  const key = (source as Partial<URL> | undefined)?.href ?? source;
  try {
    const module = compiled.get(key) ?? load(key);
    compiled.set(key, module);
    return (await WebAssembly.instantiate(await module)).exports;
  } catch (thrown) {
    compiled.delete(key);
    const where = typeof key === 'string' ? key : 'options.wasm';
    const message = `${where} cannot be the engine: ${reasonOf(thrown)}; a Content-Security-Policy must allow 'wasm-unsafe-eval'`;
    throw new SidekickError('WASM', message, thrown);
  }
}

async function load(source: string | Given | Promise<Given>): Promise<WebAssembly.Module> {
  const given = (await (typeof source === 'string' ? fetch(source) : source)) as Partial<Response>;
  if (given instanceof WebAssembly.Module) return given as WebAssembly.Module;
  if (given.ok === false) throw new Error(`HTTP ${given.status}`);
  // By the right type, whatever the server says: else browsers refuse to compile it as it comes.
  const headers = { 'Content-Type': 'application/wasm' };
  return WebAssembly.compileStreaming(new Response(given.body ?? (given as BufferSource), { headers }));
}
