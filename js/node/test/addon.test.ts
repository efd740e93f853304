// The loader: which addon it takes where, and what it says where there is none.

import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { runToEnd } from '../../shared/test/support/child.js';

const DIST = resolve(__dirname, '../dist');

describe('the loader', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidekick-addon-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    cpSync(DIST, join(folder, 'dist'), { recursive: true });
  });

  /** An addon that says which one it is when a client is made. */
  function place(path: string, text = `exports.createClient = () => { console.log(${JSON.stringify(path)}); process.exit(); };`): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  /** Loads the package as if it were on another machine. */
  async function load(platform: string, processor: string, maps = ''): Promise<string> {
    const source = `
      require('node:module')._extensions['.node'] = require('node:module')._extensions['.js'];
      for (const [name, value] of Object.entries(${JSON.stringify({ platform, arch: processor })})) Object.defineProperty(process, name, { value });
      const fs = require('node:fs');
      const { readFileSync } = fs;
      fs.readFileSync = (path, ...rest) => path === '/proc/self/maps' ? ${JSON.stringify(maps)} : readFileSync(path, ...rest);
      try { new (require('./dist/index.cjs').SidekickClient)('http://localhost', ''); } catch (error) { console.log(error.message); }
    `;
    const { code, output, errors } = await runToEnd(['--eval', source], { cwd: folder });
    assert.deepEqual([code, errors], [0, '']);
    return output.trim();
  }

  const packaged = (name: string): string => `node_modules/@sidekick-flags/node-${name}/index.js`;

  it('takes the package for each platform', async () => {
    const machines = [
      ['linux', 'x64', 'linux-x64-gnu'],
      ['linux', 'arm64', 'linux-arm64-gnu'],
      ['darwin', 'x64', 'darwin-x64'],
      ['darwin', 'arm64', 'darwin-arm64'],
      ['win32', 'x64', 'win32-x64-msvc'],
    ] as const;
    for (const [, , name] of machines) place(packaged(name));
    for (const [platform, processor, name] of machines) assert.equal(await load(platform, processor), packaged(name));
  });

  it('takes the one for musl where the process runs on it', async () => {
    for (const processor of ['x64', 'arm64']) {
      place(packaged(`linux-${processor}-musl`));
      place(packaged(`linux-${processor}-gnu`));
    }
    assert.equal(await load('linux', 'x64', '7f00 r-xp /lib/ld-musl-x86_64.so.1\n'), packaged('linux-x64-musl'));
    assert.equal(await load('linux', 'arm64', '7f00 r-xp /lib/ld-musl-aarch64.so.1\n'), packaged('linux-arm64-musl'));
    assert.equal(await load('linux', 'x64', '7f00 r-xp /lib/x86_64-linux-gnu/libc.so.6\n'), packaged('linux-x64-gnu'));
  });

  it('prefers the addon that lies beside it', async () => {
    place(packaged('darwin-arm64'));
    place('sidekick.darwin-arm64.node');
    assert.equal(await load('darwin', 'arm64'), 'sidekick.darwin-arm64.node');
  });

  it('tries the next where one does not load, and tells all that it tried', async () => {
    place('sidekick.linux-x64-gnu.node', `throw new Error('invalid ELF header')`);
    place(packaged('linux-x64-gnu'), `throw new Error('GLIBC_2.99 not found')`);
    const said = await load('linux', 'x64');
    assert.match(said, /^@sidekick-flags\/node found no addon that loads on this machine \(linux x64, Node /);
    assert.match(said, /^ {2}- .*sidekick\.linux-x64-gnu\.node: invalid ELF header$/m);
    assert.match(said, /^ {2}- @sidekick-flags\/node-linux-x64-gnu: GLIBC_2\.99 not found$/m);
    assert.match(said, /^ {2}- @sidekick-flags\/node-linux-x64-musl: Cannot find module/m);
    assert.match(said, /npm install @sidekick-flags\/node-linux-x64-gnu/);
  });

  it('names the machines that there are addons for where this one is none of them', async () => {
    const said = await load('freebsd', 'x64');
    assert.match(said, /has no addon for this machine \(freebsd x64, Node [\d.]+\)\. There are addons for linux-x64-gnu, .*win32-x64-msvc\.$/);
  });
});
