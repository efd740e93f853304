// Serves a folder to this machine's browser: node serve.mjs <folder>. A web server of your own does as well.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  // Else a browser can't compile the module while it loads.
  '.wasm': 'application/wasm',
};

const [folder = '.'] = process.argv.slice(2);
const { PORT = '8080' } = process.env;

const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  const file = join(resolve(folder), path.endsWith('/') ? `${path}index.html` : path);
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes);
});

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
