// The package as apps get it: packed, read by TypeScript, bundled by Metro and compiled by Hermes.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runToEnd } from '../../../js/shared/test/support/child.js';

const PACKAGE = resolve(import.meta.dirname, '../..');
const TOOLS = resolve(PACKAGE, '../js/node_modules/.bin');
const HERMES = join(PACKAGE, 'node_modules/hermes-compiler/hermesc', { linux: 'linux64-bin', darwin: 'osx-bin', win32: 'win64-bin' }[process.platform as 'linux'], 'hermesc');

describe('the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidekick-mobile-'));
  let tarball: string;
  let bundle: string;

  before(async () => {
    tarball = join(folder, (await run('node', ['pack.mjs', folder, '--sources'])).trim());
    bundle = (await run('node', ['test/package/app.mjs', tarball])).trim();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function run(program: string, words: string[], cwd = PACKAGE): Promise<string> {
    const { code, output, errors } = await runToEnd(words, { program, cwd, limit: 170_000 });
    assert.equal(code, 0, `${program} ${words.join(' ')}\n${output}${errors}`);
    return output;
  }

  it('holds what an app builds, and no test', async () => {
    const files = (await run('tar', ['-tzf', tarball])).trim().split('\n').map((file) => file.replace('package/', ''));
    const folders = [...new Set(files.map((file) => file.split('/')[0]!))].sort();
    assert.deepEqual(folders, ['LICENSE', 'README.md', 'SidekickReactNative.podspec', 'android', 'cpp', 'generated', 'ios', 'lib', 'package.json', 'react-native.config.js', 'spec']);
    for (const file of ['lib/index.js', 'lib/types/mobile/ts/index.d.ts', 'spec/NativeSidekick.ts', 'ios/OnLoad.mm', 'android/CMakeLists.txt']) {
      assert.ok(files.includes(file), file);
    }
    const { scripts, devDependencies, dependencies } = JSON.parse(await run('tar', ['-xzOf', tarball, 'package/package.json'])) as Record<string, unknown>;
    assert.deepEqual([scripts, devDependencies, dependencies], [undefined, undefined, undefined]);
  });

  it('has the types that the example uses, beside React Native\'s own', async () => {
    await run(join(TOOLS, 'tsc'), ['--project', 'tsconfig.json'], join(bundle, '..'));
  });

  it('is in the app\'s bundle, once, and Hermes compiles that', async () => {
    const code = readFileSync(bundle, 'utf8');
    assert.equal(code.split('the app was built without the native library').length, 2);
    await run(HERMES, ['-emit-binary', '-O', '-w', '-out', join(folder, 'app.hbc'), bundle]);
  });
});
