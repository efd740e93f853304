// The examples, run as their READMEs say.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { it } from 'node:test';
import { runToEnd } from '../../shared/test/support/child.js';
import { within } from '../../shared/test/support/events.js';
import { KEY, Server } from '../../shared/test/support/server.js';

const EXAMPLE = resolve(__dirname, '../examples/express');
const OFFLINE = resolve(__dirname, '../examples/offline');

it('the Express example answers by the flags, follows them, and ends when it is told', async () => {
  assert.ok(existsSync(join(EXAMPLE, 'node_modules')), 'npm ci in examples/express');
  const folder = mkdtempSync(join(tmpdir(), 'sidekick-example-'));
  const rules = [{ attribute: 'email', operator: 'EndsWith', values: ['@acme.com'] }];
  const server = await Server.start([{ key: 'new_checkout', is_enabled: true, rollout_percentage: 0, rules }]);
  const env = { ...process.env, SIDEKICK_URL: server.url, SDK_KEY: KEY, PORT: '0', TMPDIR: folder };
  const app = spawn(process.execPath, ['app.mjs'], { cwd: EXAMPLE, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(app, 'exit');
  let said = '';
  app.stdout.setEncoding('utf8').on('data', (text) => (said += text));
  const hear = (what: RegExp): Promise<RegExpExecArray> =>
    within(String(what), (done) => {
      const look = (): void => {
        const found = what.exec(said);
        if (found) done(found);
      };
      look();
      app.stdout.on('data', look);
      return () => app.stdout.off('data', look);
    });
  try {
    const [, url] = await hear(/listening on (\S+)/);
    const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
    assert.deepEqual(await get('/?user=ann&email=ann@acme.com'), { checkout: 'new' });
    assert.deepEqual(await get('/?user=ben'), { checkout: 'old' });
    assert.deepEqual(await get('/?email=a&email=b'), { checkout: 'old' });
    const why = (await get('/why/new_checkout?user=ann&email=ann@acme.com')) as { reason: string; ruleIndex: number };
    assert.deepEqual([why.reason, why.ruleIndex], ['TARGETING_MATCH', 0]);
    // What it said of the first flags does not count.
    said = '';
    const changed = hear(/changed: new_checkout/);
    const revision = await server.put({ key: 'new_checkout', is_enabled: true });
    await changed;
    assert.deepEqual(await get('/?user=ben'), { checkout: 'new' });
    assert.deepEqual(await get('/healthz'), { flags: 'ready', revision });
    app.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    assert.ok(existsSync(join(folder, 'sidekick-express-example', 'flags')));
  } finally {
    app.kill('SIGKILL');
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('the offline example answers by the file that it saved, with the server gone, and says where there is none', async () => {
  assert.ok(existsSync(join(OFFLINE, 'node_modules')), 'npm ci in examples/offline');
  const folder = mkdtempSync(join(tmpdir(), 'sidekick-example-'));
  const rules = [{ attribute: 'country', operator: 'Equals', values: ['DE'] }];
  const server = await Server.start([{ key: 'new_invoice', is_enabled: true, rollout_percentage: 0, rules }]);
  const file = join(folder, 'flags');
  const run = (program: string, key = KEY): ReturnType<typeof runToEnd> =>
    runToEnd([program, file], { cwd: OFFLINE, env: { SIDEKICK_URL: server.url, SDK_KEY: key } });
  try {
    const refused = await run('save.mjs', 'another');
    assert.equal(refused.code, 1);
    assert.match(refused.errors, /nothing saved: .*401/);
    const nowhere = await run('job.mjs');
    assert.deepEqual([nowhere.code, nowhere.output], [1, '']);
    assert.match(nowhere.errors, /no flags from .*ENOENT/);
    assert.deepEqual(await run('save.mjs'), { code: 0, output: `${file}: 1 flags at revision 1\n`, errors: '' });
    await server.kill();
    const output = 'Invoice for Ann, with a code to scan\nInvoice for Ben\n';
    assert.deepEqual(await run('job.mjs'), { code: 0, output, errors: '' });
  } finally {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('the offline example is tested without a server', async () => {
  // A test runner within a test runner would otherwise report to that one.
  const { code, output, errors } = await runToEnd(['--test'], { cwd: OFFLINE, env: { NODE_TEST_CONTEXT: undefined } });
  assert.equal(code, 0, `${output}${errors}`);
  assert.match(output, /pass 3/);
});
