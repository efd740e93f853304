// Two people and one flag: nothing is overwritten without being seen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '../../../browser/test/support/eventually.js';
import { flagOf, OPEN, type Scene, Stage, write } from '../support/stage.js';

const stage = new Stage();

const play = (act: (scene: Scene, page: Page) => Promise<void>): Promise<void> =>
  stage.play(async (scene) => {
    scene.expected.push(/412|404/);
    const page = await scene.visit('#/flags/alpha');
    await page.getByLabel('Exact rollout').fill('50');
    await act(scene, page);
  }, [{ key: 'alpha', is_enabled: true, rollout_percentage: 25, description: 'The first' }], OPEN);

test('a change elsewhere during an edit is told, and both versions are shown', async () => {
  await play(async (scene, page) => {
    await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 5, description: 'Theirs' });
    await page.getByText('This flag was changed elsewhere while you edited it.').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Compare' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('5%', { exact: true }).waitFor();
    await dialog.getByText('50%', { exact: true }).waitFor();
    await dialog.getByText('Theirs', { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Go on with this' }).click();
    // My edit stays mine, and what only they changed stays theirs.
    assert.equal(await page.getByLabel('Exact rollout').inputValue(), '50');
    assert.equal(await page.getByLabel('Description').inputValue(), 'Theirs');
    assert.equal((await flagOf(scene.server, 'alpha'))['rollout_percentage'], 5);
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('alpha is saved').waitFor();
    const { rollout_percentage, description } = await flagOf(scene.server, 'alpha');
    assert.deepEqual([rollout_percentage, description], [50, 'Theirs']);
  });
});

test('a change that comes while one is about to save is not overwritten', async () => {
  await play(async (scene, page) => {
    await page.getByRole('button', { name: 'Review and save' }).click();
    // The page does not hear of it before it saves.
    await page.route('**/api/flags/alpha', async (route) => {
      if (route.request().method() === 'PATCH') await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 7 });
      await route.continue();
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Two versions of alpha' });
    await dialog.getByText('7%', { exact: true }).waitFor();
    assert.equal((await flagOf(scene.server, 'alpha'))['rollout_percentage'], 7);
    await dialog.getByLabel('On the server now').check();
    await dialog.getByRole('button', { name: 'Go on with this' }).click();
    await eventually('no edit', () => page.getByRole('region', { name: 'Unsaved changes' }).count(), (count) => count === 0);
    assert.equal(await page.getByLabel('Exact rollout').inputValue(), '7');
  });
});

test('a flag that was deleted during an edit is created again only if one wants it', async () => {
  await play(async (scene, page) => {
    await write(scene.server, 'DELETE', 'flags/alpha');
    await page.getByText('This flag was deleted elsewhere while you edited it.').waitFor();
    await page.getByRole('alert').getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('button', { name: 'Create it again' }).click();
    await eventually('the flag', () => flagOf(scene.server, 'alpha').catch(() => undefined), (flag) => flag?.['rollout_percentage'] === 50);
  });
});

test('without an edit the page just follows', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit('#/flags/alpha');
    await page.getByLabel('Exact rollout').waitFor();
    await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 77.7 });
    await eventually('77.7', () => page.getByLabel('Exact rollout').inputValue(), (value) => value === '77.7');
    assert.equal(await page.getByRole('alert').count(), 0);
  }, [{ key: 'alpha' }], OPEN);
});
