// The engine's module, from wherever it comes: compiled once, however many clients there are.

import { reasonOf, SidekickError } from '../../shared/src/errors.js';

/** The module: where it is fetched from, an answer that brings it, its bytes, or compiled. */
export type WasmSource = string | URL | Given | Promise<Given>;

type Given = Response | BufferSource | WebAssembly.Module;

const compiled = new Map<unknown, Promise<WebAssembly.Module>>();

/** A fresh instance of it. Rejects with WASM; the next call then tries anew. */
export async function instantiate(source: WasmSource): Promise<WebAssembly.Instance> {
  const key = source instanceof URL ? source.href : source;
  try {
    const module = compiled.get(key) ?? load(key);
    compiled.set(key, module);
    return await WebAssembly.instantiate(await module);
  } catch (thrown) {
    compiled.delete(key);
    const what = `${typeof key === 'string' ? key : 'options.wasm'} cannot be the engine: ${reasonOf(thrown)}`;
    throw new SidekickError('WASM', what + remedy(), thrown);
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

function remedy(): string {
  try {
    // An empty module. A page that forbids the engine forbids this too.
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return "; the package's sidekick.wasm is";
  } catch {
    return "; the page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src, which allows WebAssembly and no eval";
  }
}
