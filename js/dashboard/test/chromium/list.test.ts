// The list: finding flags, turning them, and seeing what others do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '../../../browser/test/support/eventually.js';
import { flagOf, type FullFlag, OPEN, Stage, write } from '../support/stage.js';

const stage = new Stage();

const FLAGS: readonly FullFlag[] = [
  { key: 'alpha', is_enabled: true, rollout_percentage: 25, description: 'The first of them', rules: [{ attribute: 'plan', operator: 'Equals', values: ['pro'] }] },
  { key: 'beta', is_enabled: false },
  { key: 'gamma', is_enabled: true, rollout_percentage: 0 },
];

const keys = (page: Page): Promise<string[]> => page.locator('.flag-row .flag-key').allTextContents();
const shows = (page: Page, ...expected: string[]): Promise<string[]> => eventually(`the flags ${expected.join()}`, () => keys(page), (found) => found.join() === expected.join());
const turner = (page: Page, key: string) => page.getByRole('switch', { name: `Turn ${key} on or off` });

test('a new server says how to begin', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit('', {});
    await page.getByRole('heading', { name: 'No flags yet' }).waitFor();
  }, [], OPEN);
});

test('a row says what a flag is, and who changed it last', async () => {
  await stage.play(async (scene) => {
    await write(scene.server, 'PATCH', 'flags/beta', { description: 'Now with words' });
    const page = await scene.visit();
    const row = page.getByRole('row').filter({ hasText: 'alpha' });
    for (const text of ['The first of them', '25%', '1 rule', 'by import']) await row.getByText(text).waitFor();
    await page.getByRole('row').filter({ hasText: 'beta' }).getByText('by anonymous').waitFor();
  }, FLAGS, OPEN);
});

test('search, filters and order narrow the list down', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await shows(page, 'alpha', 'beta', 'gamma');
    await page.getByText('3 flags').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('FIRST');
    await shows(page, 'alpha');
    await page.getByText('1 of 3 flags').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('State', { exact: true }).selectOption('On');
    await shows(page, 'alpha', 'gamma');
    await page.getByLabel('Rollout', { exact: true }).selectOption('Nobody');
    await shows(page, 'gamma');
    await page.getByLabel('Rules', { exact: true }).selectOption('With rules');
    await page.getByText('No flag is like that.').waitFor();
    await page.getByRole('button', { name: 'Show all flags' }).click();
    await page.getByRole('button', { name: 'Key', exact: true }).click();
    await shows(page, 'gamma', 'beta', 'alpha');
    assert.equal(await page.getByRole('columnheader', { name: 'Key' }).getAttribute('aria-sort'), 'descending');
  }, FLAGS, OPEN);
});

test('a flag is turned in its row, and back by undo', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await turner(page, 'beta').press('Space');
    await page.getByText('beta is on').waitFor();
    assert.equal((await flagOf(scene.server, 'beta'))['is_enabled'], true);
    await page.getByRole('button', { name: 'Undo' }).click();
    await eventually('beta off again', () => flagOf(scene.server, 'beta'), (flag) => flag['is_enabled'] === false);
    await eventually('the switch off', () => turner(page, 'beta').isChecked(), (isOn) => !isOn);
  }, FLAGS, OPEN);
});

test('undo does not undo what someone else did after', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/412/);
    const page = await scene.visit();
    await turner(page, 'beta').press('Space');
    await page.getByText('beta is on').waitFor();
    await write(scene.server, 'PATCH', 'flags/beta', { rollout_percentage: 5 });
    await page.keyboard.press('u');
    await page.getByText('beta was changed by someone else meanwhile, so nothing was undone.').waitFor();
    assert.equal((await flagOf(scene.server, 'beta'))['is_enabled'], true);
  }, FLAGS, OPEN);
});

test('what others do is seen at once, and marked', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await shows(page, 'alpha', 'beta', 'gamma');
    // Both clocks are this machine's.
    const seen = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const look = (): void => void (document.body.textContent?.includes('42.5%') && resolve(Date.now()));
          new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        }),
    );
    const begin = Date.now();
    await write(scene.server, 'PATCH', 'flags/beta', { rollout_percentage: 42.5 });
    const took = (await seen) - begin;
    assert.ok(took < 200, `it took ${took} ms`);
    assert.equal(await page.getByRole('row').filter({ hasText: 'beta' }).locator('.flag-row-mark').count(), 1);
    await write(scene.server, 'POST', 'flags', { key: 'aaa' });
    await shows(page, 'aaa', 'alpha', 'beta', 'gamma');
    await write(scene.server, 'DELETE', 'flags/alpha');
    await shows(page, 'aaa', 'beta', 'gamma');
  }, FLAGS, OPEN);
});

test('an own change is not marked as someone else’s', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await turner(page, 'beta').press('Space');
    await page.getByText('beta is on').waitFor();
    await write(scene.server, 'PATCH', 'flags/gamma', { description: 'a later change' });
    await page.getByText('a later change').waitFor();
    assert.equal(await page.locator('.flag-row-mark').count(), 1);
  }, FLAGS, OPEN);
});

test('the list is walked by arrow keys', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await shows(page, 'alpha', 'beta', 'gamma');
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'beta');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'beta' }).waitFor();
    // The list is as it was left.
    await page.goBack();
    await shows(page, 'alpha', 'beta', 'gamma');
  }, FLAGS, OPEN);
});
