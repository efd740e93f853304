// The package as users get it: packed, installed into an empty project, used by Node and read by TypeScript.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runToEnd } from '../../shared/test/support/child.js';
import { KEY, Server } from '../../shared/test/support/server.js';

const PACKAGE = resolve(import.meta.dirname, '..');

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidekick-package-'));
  const project = join(folder, 'project');
  let tarball: string;
  let server: Server;

  before(async () => {
    server = await Server.start([{ key: 'on', is_enabled: true }]);
    tarball = join(folder, (await run('node', [join(PACKAGE, 'pack.mjs'), folder])).trim());
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{"name":"empty","version":"1.0.0","private":true,"type":"module"}');
    // Nothing of the registry is needed.
    await run('npm', ['install', '--offline', '--omit=peer', '--no-audit', '--no-fund', tarball], project);
  });
  after(async () => {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(program: string, words: string[], cwd = PACKAGE): Promise<string> {
    const { code, output, errors } = await runToEnd(words, { program, cwd, env: { URL: server.url, KEY }, limit: 90_000 });
    assert.equal(code, 0, `${program} ${words.join(' ')}\n${output}${errors}`);
    return output;
  }

  it('holds what it needs and nothing else', async () => {
    const files = (await run('tar', ['-tzf', tarball])).trim().split('\n');
    const code = files.filter((file) => !file.endsWith('.d.ts')).sort();
    const dist = ['edge.js', 'event_source.js', 'index.js', 'inline.js', 'react.js', 'sidekick.wasm', 'storage.js', 'tabs.js'];
    assert.deepEqual(code, ['LICENSE', 'README.md', ...dist.map((name) => `dist/${name}`), 'package.json'].map((name) => `package/${name}`));
    const { scripts, dependencies } = JSON.parse(await run('tar', ['-xzOf', tarball, 'package/package.json'])) as Record<string, unknown>;
    assert.deepEqual([scripts, dependencies], [undefined, undefined]);
  });

  it('shows in its types nothing of the module or of tests', async () => {
    const files = (await run('tar', ['-tzf', tarball])).trim().split('\n').filter((file) => file.endsWith('.d.ts'));
    assert.ok(files.every((file) => /^package\/dist\/types\/(browser\/ts|shared\/src)\/\w+\.d\.ts$/.test(file)), files.join());
  });

  it('runs in Node by its subpath, from the module in it and from one that is compiled', async () => {
    const use = `
      import { readFile } from 'node:fs/promises';
      import { SidekickBrowserClient, SidekickError } from '@sidekick-flags/browser/edge';
      const bytes = readFile(new URL(import.meta.resolve('@sidekick-flags/browser/sidekick.wasm')));
      for (const wasm of [bytes, await WebAssembly.compile(await bytes)]) {
        const client = new SidekickBrowserClient(process.env.URL, process.env.KEY, { wasm });
        await client.init();
        console.log(client.isEnabled('on', 'u'), client.evaluate('on', 'u').reason, client.forUser('u').isEnabled('on'));
        await client.close();
      }
      const refused = new SidekickBrowserClient(process.env.URL, 'wrong', { wasm: bytes, onError: () => {} });
      const error = await refused.init().catch((error) => error);
      console.log(error instanceof SidekickError, error.name, error.code, error.status);
      refused.close();
      const kept = [];
      const storage = { load: () => kept[0], save: (text) => { kept[0] = text; } };
      const first = new SidekickBrowserClient(process.env.URL, process.env.KEY, { wasm: bytes, storage });
      await first.init();
      await first.close();
      const second = new SidekickBrowserClient('http://127.0.0.1:1', '', { wasm: bytes, storage, onError: () => {} });
      await second.init();
      console.log(second.status, second.isEnabled('on', 'u'));
      second.close();
    `;
    writeFileSync(join(project, 'use.mjs'), use);
    assert.equal(await run('node', ['use.mjs'], project), 'true STATIC true\ntrue STATIC true\ntrue SidekickError REFUSED 401\nstale true\n');
  });

  it('can be imported and made on a server, from each entry', async () => {
    for (const entry of ['', '/inline']) {
      const source = `
        import { SidekickBrowserClient } from '@sidekick-flags/browser${entry}';
        const client = new SidekickBrowserClient('http://localhost', '');
        console.log(client.isEnabled('on', 'u', {}, true), client.status);
      `;
      writeFileSync(join(project, 'made.mjs'), source);
      assert.equal(await run('node', ['made.mjs'], project), 'true connecting\n');
    }
  });

  it('is typed, for bundlers and for Node', async () => {
    const page = (entry: string): string => `
      import { SidekickBrowserClient, SidekickError, type BrowserClientOptions, type Evaluation, type Flag } from '@sidekick-flags/browser${entry}';
      const options: BrowserClientOptions = { initTimeout: 1000, storage: 'local', transport: 'eventsource', shareStream: false, wasm: new URL('http://localhost/x'), onError: (e) => { e.code satisfies string; } };
      const client = new SidekickBrowserClient('http://localhost', 'key', options);
      const stop: () => void = client.on('change', (keys) => { keys satisfies readonly string[]; });
      client.on('status', (status) => { status satisfies 'connecting' | 'ready' | 'stale' | 'closed'; });
      const answer: Evaluation = client.evaluate('f', 'u', { email: 'a', age: 7, beta: true, none: null });
      const on: boolean = client.forUser('u').isEnabled('f', true);
      const flags: Flag[] = client.flags();
      const text: string | undefined = client.snapshot();
      // @ts-expect-error: a flag key is a text
      client.isEnabled(7, 'u');
      // @ts-expect-error: no such event
      client.on('changed', () => {});
      // @ts-expect-error: not for callers
      client.report;
      new SidekickBrowserClient('http://localhost', 'key');
      export const used = [stop, answer, on, flags, text, new SidekickError('CLOSED', 'm')];
    `;
    writeFileSync(join(project, 'page.ts'), page(''));
    writeFileSync(join(project, 'inline.ts'), page('/inline'));
    writeFileSync(join(project, 'edge.ts'), `
      import { SidekickBrowserClient, type EdgeClientOptions } from '@sidekick-flags/browser/edge';
      declare const module: WebAssembly.Module;
      const options: EdgeClientOptions = { wasm: module };
      export const client = new SidekickBrowserClient('http://localhost', 'key', options);
      // @ts-expect-error: the module must be given
      new SidekickBrowserClient('http://localhost', 'key', {});
    `);
    for (const [module, moduleResolution] of [['esnext', 'bundler'], ['node16', 'node16']]) {
      const compilerOptions = { module, moduleResolution, strict: true, noEmit: true, lib: ['ES2022', 'DOM'], types: [], exactOptionalPropertyTypes: true };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
      await run(resolve(PACKAGE, '../node_modules/.bin/tsc'), ['--project', 'tsconfig.json'], project);
    }
  });
});
