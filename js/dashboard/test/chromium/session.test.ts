// Keys: asked for, kept, refused, read-only, forgotten.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT_KEY, KEY } from '../../../shared/test/support/server.js';
import { OPEN, Stage } from '../support/stage.js';

const stage = new Stage();
const FLAGS = [{ key: 'alpha', is_enabled: true }];
const keyField = 'Key';

test('a server without keys asks for none', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await page.getByText('alpha').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Sign out' }).count(), 0);
  }, FLAGS, OPEN);
});

test('a wrong key is told, and the right one opens', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/401/);
    const page = await scene.visit();
    const key = page.getByLabel(keyField, { exact: true });
    await key.fill('wrong');
    await key.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'The server does not know this key.' }).waitFor();
    await key.fill(KEY);
    await key.press('Enter');
    await page.getByText('alpha').first().waitFor();
  }, FLAGS);
});

test('a key that no server can have is refused in words', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/401/);
    const page = await scene.visit();
    await page.getByLabel(keyField, { exact: true }).fill('schlüssel→');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'A key has only' }).waitFor();
  }, FLAGS);
});

test('a key is kept for the tab only, unless it is to be remembered', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/401/);
    const page = await scene.enter();
    await page.getByText('alpha').first().waitFor();
    await page.reload();
    await page.getByText('alpha').first().waitFor();
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.getByLabel(keyField, { exact: true }).fill(KEY);
    await other.getByLabel('Remember on this device').check();
    await other.getByRole('button', { name: 'Open the dashboard' }).click();
    await other.getByText('alpha').first().waitFor();
    const third = await page.context().newPage();
    await third.goto(page.url());
    await third.getByText('alpha').first().waitFor();
    // Signing out forgets it.
    await third.getByRole('button', { name: 'Sign out' }).click();
    await third.getByLabel(keyField, { exact: true }).waitFor();
    assert.equal(await third.evaluate(() => localStorage.length + sessionStorage.length), 0);
  }, FLAGS);
});

test('a client key looks at flags and changes none', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/401/);
    const page = await scene.enter('', CLIENT_KEY);
    await page.getByText('Read only').waitFor();
    assert.equal(await page.getByRole('switch').isDisabled(), true);
    for (const name of ['New flag', 'History', 'Server']) assert.equal(await page.getByRole('link', { name }).count(), 0, name);
    await page.keyboard.press('n');
    await page.getByRole('link', { name: 'alpha' }).click();
    await page.getByText('need a full key').waitFor();
    assert.equal(await page.getByLabel('Exact rollout').isDisabled(), true);
    assert.equal(await page.getByRole('button', { name: /Delete|Add a rule/ }).count(), 0);
    await page.goto(`${scene.server.url}/#/history`);
    await page.getByText('This page needs a full key.').waitFor();
  }, FLAGS);
});

test('a kept key that the server no longer takes is asked for again', async () => {
  await stage.play(async (scene) => {
    const page = await scene.enter();
    await page.getByText('alpha').first().waitFor();
    await page.evaluate(() => sessionStorage.setItem('sidekick.key', 'taken-away'));
    await page.reload();
    await page.getByText('The server does not know this key.').waitFor();
  }, FLAGS);
});

test('a key that is taken away while the page is open ends the session', async () => {
  await stage.play(async (scene) => {
    const page = await scene.enter();
    await page.getByText('alpha').first().waitFor();
    // From here on the server sees another key, as if this one were no longer its own.
    await page.route('**/api/**', (route) => route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer former' } }));
    await page.getByRole('switch').press('Space');
    await page.getByText('The server no longer takes the key that was used.').waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  }, FLAGS);
});
