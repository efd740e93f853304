// The site that the pages come from: their code as a bundler makes it, the engine's module, and streams of flags.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { replayOf } from '../../node/bench/replay.mjs';
import { listen, Streams } from '../../node/bench/stream.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
/** With these a page may read its clock to 5 µs, and else to 100. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

export class Site {
  #files;
  #replays = [];
  #streams = new Streams();
  #server = createServer((request, response) => void this.#answer(request, response));

  static async start() {
    const site = new Site();
    const wasm = await readFile(here('../dist/sidekick.wasm'));
    site.#files = new Map([...(await bundles()), ['/sidekick.wasm', { type: 'application/wasm', contents: wasm }]]);
    site.url = `http://127.0.0.1:${await listen(site.#server)}`;
    return site;
  }

  close() {
    this.#streams.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request, response) {
    const path = new URL(request.url, this.url).pathname;
    const file = this.#files.get(path);
    const flags = /^\/flags\/(\d+)\/stream$/.exec(path);
    if (file) response.writeHead(200, { 'content-type': file.type, ...ISOLATED }).end(file.contents);
    else if (flags && this.#replays[flags[1]]) this.#streams.open(response, this.#replays[flags[1]]);
    else if (path === '/flags') response.end(`/flags/${this.#replays.push(replayOf(JSON.parse(await text(request)), 1)) - 1}`);
    else response.writeHead(404).end();
  }
}

/** A page for each program, and the programs in pieces: a page loads the code of its own contestant only. */
async function bundles() {
  const { outputFiles } = await build({
    entryPoints: ['page', 'first_page'].map((name) => here(`${name}.mjs`)),
    outdir: here('.'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'esnext',
    // GrowthBook reads it several times a call, and bundlers write the value into the code.
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    write: false,
  });
  const scripts = outputFiles.map(({ path, contents }) => [path.slice(here('.').length - 1), { type: 'text/javascript', contents }]);
  const page = (name) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="/${name}.js"></script>`;
  const pages = ['page', 'first_page'].map((name) => [`/${name}`, { type: 'text/html', contents: page(name) }]);
  return [...scripts, ...pages];
}
