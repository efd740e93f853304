// The package as users get it: packed, installed into an empty project, used from each kind of module.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runToEnd } from '../../shared/test/support/child.js';
import { KEY, Server } from '../../shared/test/support/server.js';

const PACKAGE = resolve(__dirname, '..');
const MANIFEST = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string };

const ASK = `
  const client = new SidekickClient(process.env.URL, process.env.KEY);
  client.init().then(() => {
    console.log(client.isEnabled('on', 'u'), client.evaluate('on', 'u').reason, client.forUser('u').isEnabled('on'));
    return client.close();
  });
`;
const ANSWER = 'true STATIC true\n';

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidekick-package-'));
  const project = join(folder, 'project');
  let tarballs: string[];
  let server: Server;

  before(async () => {
    server = await Server.start([{ key: 'on', is_enabled: true }]);
    const { output } = await run('node', [join(PACKAGE, 'pack.mjs'), folder]);
    tarballs = output.trim().split('\n').map((name) => join(folder, name));
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{"name":"empty","version":"1.0.0","private":true}');
  });
  after(async () => {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(program: string, words: string[], cwd = PACKAGE): Promise<{ output: string }> {
    const env = { URL: server.url, KEY };
    const { code, output, errors } = await runToEnd(words, { program, cwd, env, limit: 90_000 });
    assert.equal(code, 0, `${program} ${words.join(' ')}\n${output}${errors}`);
    return { output };
  }

  /** Nothing of the registry is needed; the packages for other platforms are not there, as on any machine. */
  async function install(...packages: string[]): Promise<void> {
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', ...packages], project);
  }

  async function runFile(name: string, source: string): Promise<string> {
    writeFileSync(join(project, name), source);
    return (await run('node', [name], project)).output;
  }

  it('asks for the packages of all platforms, in its own version', async () => {
    const [main = ''] = tarballs;
    const { output } = await run('tar', ['-xzOf', main, 'package/package.json']);
    const { optionalDependencies, scripts } = JSON.parse(output) as Record<string, Record<string, string> | undefined>;
    const platforms = readdirSync(join(PACKAGE, 'npm'));
    assert.equal(platforms.length, 7);
    assert.deepEqual(optionalDependencies, Object.fromEntries(platforms.map((name) => [`@sidekick-flags/node-${name}`, MANIFEST.version])));
    assert.equal(scripts, undefined);
  });

  it('holds what it needs and nothing else', async () => {
    const [main = '', platform = ''] = tarballs;
    const inMain = (await run('tar', ['-tzf', main])).output.trim().split('\n');
    assert.ok(inMain.every((file) => /^package\/(dist\/.*\.(cjs|mjs|d\.ts|d\.cts|d\.mts)|README\.md|LICENSE|package\.json)$/.test(file)), inMain.join());
    const inPlatform = (await run('tar', ['-tzf', platform])).output.trim().split('\n').sort();
    assert.equal(inPlatform.length, 4);
    assert.match(inPlatform.at(-1) ?? '', /^package\/sidekick\..*\.node$/);
  });

  it('says clearly what is missing where the addon was not installed', async () => {
    const [main = ''] = tarballs;
    await install(main);
    writeFileSync(join(project, 'fails.cjs'), `require('@sidekick-flags/node')`);
    const { code, errors } = await runToEnd(['fails.cjs'], { cwd: project });
    assert.equal(code, 1);
    assert.match(errors, /found no addon that loads on this machine \(\w+ \w+, Node \d+/);
    assert.match(errors, /It looked for the package @sidekick-flags\/node-\w+-\w+/);
    assert.match(errors, /npm install @sidekick-flags\/node-/);
  });

  it('runs from an ES module, from CommonJS, and from both as one', async () => {
    await install(...tarballs);
    assert.equal(await runFile('esm.mjs', `import { SidekickClient } from '@sidekick-flags/node';${ASK}`), ANSWER);
    assert.equal(await runFile('cjs.cjs', `const { SidekickClient } = require('@sidekick-flags/node');${ASK}`), ANSWER);
    const both = `
      import * as esm from '@sidekick-flags/node';
      import { createRequire } from 'node:module';
      const cjs = createRequire(import.meta.url)('@sidekick-flags/node');
      console.log(Object.keys(esm).every((name) => esm[name] === cjs[name]), Object.keys(esm).join(), Object.keys(cjs).sort().join());
    `;
    const names = 'SidekickClient,SidekickError,fileStorage';
    assert.equal(await runFile('both.mjs', both), `true ${names} ${names}\n`);
  });

  it('is typed for both kinds of module', async () => {
    await install(...tarballs);
    const use = `
      declare const process: { env: Record<string, string> };
      const error: SidekickError = new SidekickError('CLOSED', 'm');
      const options: ClientOptions = { initTimeout: 1000, storage: fileStorage('f'), onError: (e) => { e.code satisfies string; } };
      const client = new SidekickClient('http://localhost', 'key', options);
      const stop: () => void = client.on('change', (keys) => { keys satisfies readonly string[]; });
      client.on('status', (status) => { status satisfies 'connecting' | 'ready' | 'stale' | 'closed'; });
      const answer: Evaluation = client.evaluate('f', 'u', { email: 'a', age: 7, beta: true, none: null });
      const on: boolean = client.forUser('u').isEnabled('f', true);
      // @ts-expect-error: a flag key is a text
      client.isEnabled(7, 'u');
      // @ts-expect-error: no such event
      client.on('changed', () => {});
      export const used = [error, stop, answer, on];
    `;
    const names = `SidekickClient, SidekickError, fileStorage, type ClientOptions, type Evaluation`;
    writeFileSync(join(project, 'use.mts'), `import { ${names} } from '@sidekick-flags/node';${use}`);
    writeFileSync(join(project, 'use.cts'), `import { ${names} } from '@sidekick-flags/node';${use}`);
    const compilerOptions = { module: 'node16', strict: true, noEmit: true, lib: ['ES2022'], types: [], exactOptionalPropertyTypes: true };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['use.*'] }));
    await run(resolve(PACKAGE, '../node_modules/.bin/tsc'), ['--project', 'tsconfig.json'], project);
  });
});
