// The examples, built as their READMEs say and opened in a browser: each shows the flag, and follows it.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { freePort } from '../../../shared/test/support/ports.js';
import { CLIENT_KEY, type Server } from '../../../shared/test/support/server.js';
import { eventually } from '../support/eventually.js';
import { Examples, runScript } from '../support/package.js';
import { Stage } from '../support/stage.js';
import { Tab } from '../support/tab.js';

const stage = new Stage();
const examples = new Examples();
/** Where to put pictures of the pages, for people to look at. */
const PICTURES = process.env['PICTURES'];

const OFF = { key: 'new_checkout', is_enabled: false };
const PRO = { attribute: 'plan', operator: 'Equals', values: ['pro'] };
const ON_FOR_PRO = { key: 'new_checkout', is_enabled: true, rollout_percentage: 0, rules: [PRO] };

before(() => examples.pack());
after(() => examples[Symbol.dispose]());

describe('the example', () => {
  for (const name of ['webpack', 'esbuild', 'vite', 'no-bundler']) {
    it(`${name}, as it is published, shows the flag and follows it`, async () => {
      const folder = examples.copy(name);
      const isBuilt = name !== 'no-bundler';
      if (isBuilt) await runScript(folder, 'build');
      await using app = await Program.start(process.execPath, ['../serve.mjs', isBuilt ? 'dist' : '.'], folder);
      await showsTheFlag(name, (server) => `${app.url}/?server=${server.url}&key=${encodeURIComponent(CLIENT_KEY)}`);
    });
  }

  it('vite, while it is developed, shows the flag and follows it', async () => {
    const folder = examples.copy('vite');
    const port = String(await freePort());
    await using app = await Program.start('node_modules/.bin/vite', ['--host', '127.0.0.1', '--port', port, '--strictPort'], folder);
    await showsTheFlag('vite-dev', (server) => `${app.url}?server=${server.url}&key=${encodeURIComponent(CLIENT_KEY)}`);
  });

  it('react-ssr is rendered with the flag, taken over as it is, and follows it', async () => {
    const folder = examples.copy('react-ssr');
    await runScript(folder, 'build');
    await stage.play(async (scene) => {
      const server = await scene.server([ON_FOR_PRO]);
      const environment = { SIDEKICK_URL: server.url, CLIENT_KEY };
      await using app = await Program.start(process.execPath, ['server.mjs'], folder, environment);
      const html = await (await fetch(`${app.url}/?plan=pro`)).text();
      assert.match(html, /<output class="on">The new checkout</);
      assert.match(await (await fetch(`${app.url}/?plan=free`)).text(), /<output>The old checkout</);
      const tab = await Tab.open(scene.context, 'about:blank');
      // From the first paint on: what is shown is never put right.
      await tab.page.addInitScript(() => {
        const texts: (string | null | undefined)[] = [];
        const note = (): void => void texts.push(document.querySelector('output')?.textContent);
        new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
        Object.assign(globalThis, { texts });
      });
      await tab.page.goto(`${app.url}/?plan=pro`);
      // Once the page is taken over, a change shows.
      await follows(tab, server);
      const texts = await tab.page.evaluate(() => (globalThis as unknown as { texts: string[] }).texts.filter((text) => text));
      assert.deepEqual(texts.filter((text, index) => text !== texts[index - 1]), ['The new checkout', 'The old checkout', 'The new checkout']);
      await picture(tab, 'react-ssr');
    });
  });
});

async function showsTheFlag(name: string, address: (server: Server) => string): Promise<void> {
  await stage.play(async (scene) => {
    const server = await scene.server([ON_FOR_PRO]);
    const tab = await Tab.open(scene.context, address(server));
    await follows(tab, server);
    await picture(tab, name);
  });
}

/** The page shows that the flag is on, then a change of it, without a complaint. */
async function follows(tab: Tab, server: Server): Promise<void> {
  await shows(tab, 'The new checkout');
  await server.put(OFF);
  await shows(tab, 'The old checkout');
  await server.put(ON_FOR_PRO);
  await shows(tab, 'The new checkout');
  assert.deepEqual(tab.complaints, []);
}

async function shows(tab: Tab, text: string): Promise<void> {
  await eventually(`"${text}" in the page (complaints: ${tab.complaints.join()})`, () => tab.page.textContent('output').catch(String), (now) => now === text);
}

async function picture(tab: Tab, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await tab.page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

/** A program that serves pages, and says where. */
class Program implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(program: string, words: string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Promise<Program> {
    const env = { ...process.env, NO_COLOR: '1', PORT: '0', ...environment };
    const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    const address = /http:\/\/127\.0\.0\.1:\d+/;
    await eventually(`the address of ${words.join(' ')}`, async () => (child.exitCode === null ? said : `it ended: ${said}`), (text) => address.test(text));
    return new Program(child, address.exec(said)![0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }
}
