// How the engine's module comes to a client: in which forms, how often, and what is said where it does not come.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, describe, it, mock } from 'node:test';
import { SidekickBrowserClient, type SidekickError, type WasmSource } from '@sidekick-flags/browser/edge';
import { KEY, Server } from '../../shared/test/support/server.js';
import { BYTES, MODULE } from './support/module.js';

describe('the module', () => {
  let server: Server;
  /** Of files, which says of each what the test tells it. */
  let files: HttpServer;
  let requests: number;
  let answer: { status: number; type: string; body: Uint8Array | string };

  before(async () => {
    server = await Server.start([{ key: 'on', is_enabled: true }]);
    files = createServer((_, response) => {
      requests += 1;
      response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(files, 'listening');
  });
  beforeEach(() => {
    requests = 0;
    answer = { status: 200, type: 'application/wasm', body: BYTES };
  });
  after(async () => {
    await server.dispose();
    files.close();
  });

  let count = 0;
  /** Another address at each call: what was loaded once is not loaded again. */
  const address = (): string => `http://127.0.0.1:${(files.address() as AddressInfo).port}/${(count += 1)}.wasm`;
  const client = (wasm: WasmSource): SidekickBrowserClient => new SidekickBrowserClient(server.url, KEY, { wasm, onError: () => undefined });

  async function works(wasm: WasmSource): Promise<void> {
    const made = client(wasm);
    await made.init();
    assert.equal(made.isEnabled('on', 'u'), true);
    await made.close();
  }

  async function fails(wasm: WasmSource, message: RegExp): Promise<void> {
    const made = client(wasm);
    await assert.rejects(made.init(), (error: SidekickError) => error.code === 'WASM' && message.test(error.message) && error.cause instanceof Error);
    assert.equal(made.status, 'connecting');
    assert.equal(made.isEnabled('on', 'u', {}, true), true);
    await made.close();
  }

  it('may be its address, an answer, its bytes or compiled, and a promise of each', async () => {
    const buffer = BYTES.buffer.slice(BYTES.byteOffset, BYTES.byteOffset + BYTES.byteLength) as ArrayBuffer;
    const sources: WasmSource[] = [address(), new URL(address()), new Response(BYTES), BYTES, buffer, MODULE];
    for (const source of sources) await works(source);
    for (const source of [await fetch(address()), BYTES, buffer, MODULE]) await works(Promise.resolve(source));
  });

  it('is taken from a server that calls it something else', async () => {
    for (const type of ['application/octet-stream', 'text/plain', 'application/wasm; charset=utf-8']) {
      answer = { ...answer, type };
      await works(address());
    }
  });

  it('is loaded and compiled once for clients that take it from one place, and each has its own engine', async () => {
    const compile = mock.method(WebAssembly, 'compileStreaming');
    const url = address();
    const clients = [client(url), client(new URL(url)), client(url)];
    await Promise.all(clients.map((made) => made.init()));
    await works(url);
    assert.deepEqual([requests, compile.mock.callCount()], [1, 1]);
    compile.mock.restore();
    await clients[0]?.close();
    assert.deepEqual(clients.map(({ status }) => status), ['closed', 'ready', 'ready']);
    for (const made of clients) await made.close();
  });

  it('that is not there is an error with its address and the reason, and the next init tries again', async () => {
    const url = address();
    const made = client(url);
    answer = { status: 404, type: 'text/html', body: '<h1>Not found</h1>' };
    const message = new RegExp(`^${url} cannot be the engine: HTTP 404; a Content-Security-Policy must allow 'wasm-unsafe-eval'$`);
    await assert.rejects(made.init(), { name: 'SidekickError', code: 'WASM', message });
    answer = { status: 200, type: 'application/wasm', body: BYTES };
    await made.init();
    assert.equal(made.isEnabled('on', 'u'), true);
    await made.close();
  });

  it('that is something else is an error, as with a server that has a page for every address', async () => {
    answer = { ...answer, type: 'text/html', body: '<!doctype html>' };
    await fails(address(), /\d\.wasm cannot be the engine: .*magic word/);
    await fails(BYTES.subarray(0, 100), /^options.wasm cannot be the engine: /);
    await fails(Promise.reject(new Error('no bundle')), /^options.wasm cannot be the engine: no bundle/);
    await fails(undefined as unknown as WasmSource, /^options.wasm cannot be the engine: /);
    await fails('http://127.0.0.1:1/sidekick.wasm', /^http:\/\/127.0.0.1:1\/sidekick.wasm cannot be the engine: fetch failed/);
  });

  it('that comes after the client was closed starts nothing', async () => {
    let come = (_: Uint8Array<ArrayBuffer>): void => undefined;
    const made = client(new Promise<Uint8Array<ArrayBuffer>>((resolve) => {
      come = resolve;
    }));
    const statuses: string[] = [];
    made.on('status', (status) => statuses.push(status));
    const waiting = made.init();
    assert.equal(made.status, 'connecting');
    const closed = made.close();
    assert.equal(made.status, 'closed');
    await assert.rejects(waiting, { code: 'CLOSED' });
    come(BYTES);
    await closed;
    await new Promise(setImmediate);
    assert.deepEqual(statuses, ['closed']);
    assert.deepEqual([made.status, made.revision, made.flags()], ['closed', 0, []]);
    await assert.rejects(made.init(), { code: 'CLOSED' });
  });

  it('answers a bootstrap as soon as it is there, without a server', async () => {
    const first = client(MODULE);
    await first.init();
    const bootstrap = first.snapshot();
    await first.close();
    const second = new SidekickBrowserClient('http://127.0.0.1:1', '', { wasm: MODULE, bootstrap, onError: () => undefined });
    await second.init();
    assert.deepEqual([second.status, second.isEnabled('on', 'u')], ['stale', true]);
    await second.close();
  });
});
