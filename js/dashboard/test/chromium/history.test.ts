// Looking back, and going back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../../../browser/test/support/eventually.js';
import { KEY } from '../../../shared/test/support/server.js';
import { flagOf, OPEN, Stage, write } from '../support/stage.js';

const stage = new Stage();

test('changes are shown with what they did, by whom, and as they come', async () => {
  await stage.play(async (scene) => {
    await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 12.5, rules: [{ attribute: 'plan', operator: 'Equals', values: ['pro'] }] });
    const page = await scene.enter('#/history', KEY);
    const newest = page.getByRole('list', { name: 'History' }).locator('.entry').first();
    for (const text of ['Changed', 'alpha', '12.5%', 'plan', 'pro', 'revision 2']) await newest.getByText(text).first().waitFor();
    await newest.getByText(/by sdk_key:[0-9a-f]{8}/).waitFor();
    await write(scene.server, 'DELETE', 'flags/alpha');
    await newest.getByText('Deleted').waitFor();
    await newest.getByText('revision 3').waitFor();
  }, [{ key: 'alpha' }]);
});

test('a version is restored as a new change', async () => {
  await stage.play(async (scene) => {
    await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 99, description: 'A slip' });
    const page = await scene.visit('#/flags/alpha');
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Restore this version: alpha, revision 1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('99%').waitFor();
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await page.getByText('alpha is restored').waitFor();
    const { rollout_percentage, description, revision } = await flagOf(scene.server, 'alpha');
    assert.deepEqual([rollout_percentage, description, revision], [10, null, 3]);
    await eventually('the field', () => page.getByLabel('Exact rollout').inputValue(), (value) => value === '10');
    // There is nothing to restore of what is.
    await eventually('one way back', () => page.getByRole('button', { name: /^Restore this version/ }).count(), (count) => count === 1);
  }, [{ key: 'alpha', rollout_percentage: 10 }], OPEN);
});

test('a deleted flag is brought back', async () => {
  await stage.play(async (scene) => {
    await write(scene.server, 'DELETE', 'flags/alpha');
    const page = await scene.visit('#/history');
    await page.locator('.entry').first().getByRole('button', { name: 'Bring it back: alpha, revision 2' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await page.getByText('alpha is restored').waitFor();
    assert.equal((await flagOf(scene.server, 'alpha'))['rollout_percentage'], 10);
  }, [{ key: 'alpha', rollout_percentage: 10 }], OPEN);
});

test('restoring overwrites nothing that was not seen', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/412/);
    await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 20 });
    const page = await scene.visit('#/history');
    await page.getByRole('button', { name: 'Restore this version: alpha, revision 1' }).click();
    await page.route('**/api/flags', async (route) => {
      if (route.request().method() === 'POST') await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 30 });
      await route.continue();
    });
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
    await page.getByText('Someone else has changed the flag at this moment.').waitFor();
    assert.equal((await flagOf(scene.server, 'alpha'))['rollout_percentage'], 30);
    await page.getByRole('dialog').getByText('30%').waitFor();
  }, [{ key: 'alpha', rollout_percentage: 10 }], OPEN);
});

test('where flags change all the time, the history is still followed', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit('#/history');
    await page.locator('.entry').first().waitFor();
    let isSeen = false;
    let share = 0;
    const changing = (async () => {
      while (!isSeen) await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: (share += 1) % 100 });
    })();
    await page.locator('.entry').nth(10).waitFor().finally(() => (isSeen = true));
    await changing;
  }, [{ key: 'alpha' }], OPEN);
});

test('a long history is read in parts', async () => {
  await stage.play(async (scene) => {
    for (let share = 1; share <= 60; share += 1) await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: share });
    const page = await scene.visit('#/history');
    const entries = page.locator('.entry');
    await eventually('the first part', () => entries.count(), (count) => count === 50);
    await page.getByRole('button', { name: 'Show older changes' }).click();
    await eventually('all', () => entries.count(), (count) => count === 61);
    assert.equal(await page.getByRole('button', { name: 'Show older changes' }).count(), 0);
    // What comes later joins what is there.
    await write(scene.server, 'PATCH', 'flags/alpha', { rollout_percentage: 61 });
    await eventually('one more', () => entries.count(), (count) => count === 62);
    assert.equal(await page.getByRole('button', { name: 'Show older changes' }).count(), 0);
  }, [{ key: 'alpha' }], OPEN);
});
