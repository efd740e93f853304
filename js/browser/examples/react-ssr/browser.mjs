// The page's part: takes over what the server has rendered, with the same flags, and follows them from there.

import { SidekickBrowserClient } from '@sidekick-flags/browser';
import wasm from '@sidekick-flags/browser/sidekick.wasm';
import { createElement } from 'react';
import { hydrateRoot } from 'react-dom/client';
import { App } from './app.mjs';

const { server, key, bootstrap, user } = JSON.parse(document.getElementById('state').textContent);
const client = new SidekickBrowserClient(server, key, { bootstrap, wasm: new URL(wasm, import.meta.url) });
// With the bootstrap that is when the module is loaded. React must not begin before: without flags it would correct the page.
await client.init().catch((error) => console.warn(error.message));
hydrateRoot(document.getElementById('root'), createElement(App, { client, user }));
