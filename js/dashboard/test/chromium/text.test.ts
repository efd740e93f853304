// What people write is text, whatever it looks like.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPEN, Stage, write } from '../support/stage.js';

const stage = new Stage();

const HOSTILE = [
  '<img src=x onerror="globalThis.wasRun = true">',
  '<script>globalThis.wasRun = true</script>',
  '"><svg onload="globalThis.wasRun = true">',
  "javascript:globalThis.wasRun = true",
  '{{constructor.constructor("globalThis.wasRun = true")()}}',
  '\u202Egnol si siht\u202C',
  '__proto__',
  `${'W'.repeat(500)}`,
];

test('hostile descriptions, attributes and values are shown as text, and run nothing', async () => {
  await stage.play(async (scene) => {
    const flags = HOSTILE.map((text, index) => ({
      key: `flag-${index}`,
      is_enabled: true,
      description: text,
      rules: [{ attribute: text.slice(0, 100), operator: 'Equals', values: [text] }],
    }));
    for (const flag of flags) await write(scene.server, 'POST', 'flags', flag);
    const page = await scene.visit();
    for (const text of HOSTILE.slice(0, 5)) await page.locator('.flag-description', { hasText: text }).waitFor();
    for (const [index, text] of HOSTILE.entries()) {
      await page.goto(`${scene.server.url}/#/flags/flag-${index}`);
      await page.getByRole('heading', { name: `flag-${index}` }).waitFor();
      assert.equal(await page.getByLabel('Description').inputValue(), text);
      assert.equal(await page.getByLabel('Attribute of the user').inputValue(), text.slice(0, 100));
      await page.locator('.chip-text').filter({ hasText: text.trim() }).waitFor();
      await page.locator('.answer-word').first().waitFor();
      await page.locator('.side-panel input').nth(1).fill(text);
      await page.locator('.answer').getByText('Rule 1 matches:').waitFor();
    }
    await page.goto(`${scene.server.url}/#/history`);
    await page.locator('ins').filter({ hasText: HOSTILE[0]! }).first().waitFor();
    assert.equal(await page.evaluate(() => 'wasRun' in globalThis), false);
    assert.equal(await page.locator('img, iframe, object, script:not([src])').count(), 0);
  }, [], OPEN);
});

test('the address is text, too', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit(`#/flags/${encodeURIComponent(HOSTILE[0]!)}`);
    await page.getByRole('heading', { name: /There is no flag <img/ }).waitFor();
    assert.equal(await page.evaluate(() => 'wasRun' in globalThis), false);
  }, [], OPEN);
});

test('the page asks nobody but its own server', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    for (const path of ['#/flags', '#/flags/alpha', '#/new', '#/history', '#/server']) {
      await page.goto(`${scene.server.url}/${path}`);
      await page.reload();
      await page.getByRole('heading', { level: 1 }).waitFor();
    }
    assert.deepEqual([...new Set(asked)], [scene.server.url]);
  }, [{ key: 'alpha' }], OPEN);
});
