// A server that renders the page with the flags of the moment, and hands them to the page.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { SidekickBrowserClient } from '@sidekick-flags/browser/edge';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { App } from './app.mjs';

const { SIDEKICK_URL = 'http://localhost:3000', CLIENT_KEY = '', PORT = '8080' } = process.env;

// One for the process, with the page's own key: its flags go into the page, and a server's key would show them all.
// It needs no addon; where speed counts, @sidekick-flags/node fits into the same place.
const wasm = await WebAssembly.compile(await readFile(new URL(import.meta.resolve('@sidekick-flags/browser/sidekick.wasm'))));
const client = new SidekickBrowserClient(SIDEKICK_URL, CLIENT_KEY, { wasm });
await client.init().catch((error) => console.warn(`starting without flags: ${error.message}`));

const files = { '.js': 'text/javascript', '.wasm': 'application/wasm' };

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const type = files[/\.\w+$/.exec(pathname)?.[0]];
  if (type !== undefined) {
    const bytes = await readFile(new URL(`dist/${pathname.split('/').at(-1)}`, import.meta.url)).catch(() => undefined);
    response.writeHead(bytes ? 200 : 404, { 'content-type': type }).end(bytes);
    return;
  }
  // Who asks: in an application of yours, from the session.
  const user = { key: searchParams.get('user') ?? 'ann', plan: searchParams.get('plan') ?? 'pro' };
  const state = { server: SIDEKICK_URL, key: CLIENT_KEY, bootstrap: client.snapshot(), user };
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page(renderToString(createElement(App, { client, user })), state));
});

function page(html, state) {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Sidekick and React on a server</title>
    <link rel="icon" href="data:," />
    <style>
      body { font: 1.125rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem; color: #1b1f24; }
      output { display: block; margin: 1.5rem 0; padding: 1.5rem; border-radius: 0.5rem; background: #eef1f4; font-size: 1.5rem; }
      output.on { background: #d7f5e0; }
      small { color: #57606a; }
    </style>
  </head>
  <body>
    <div id="root">${html}</div>
    <script type="application/json" id="state">${JSON.stringify(state).replaceAll('<', '\\u003c')}</script>
    <script type="module" src="/browser.js"></script>
  </body>
</html>`;
}

server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void client.close();
});
