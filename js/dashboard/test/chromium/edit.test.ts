// Making, editing, copying and deleting flags.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '../../../browser/test/support/eventually.js';
import { flagOf, type FullFlag, OPEN, type Scene, Stage, write } from '../support/stage.js';

const stage = new Stage();

const rule = (attribute: string, ...values: string[]): object => ({ attribute, operator: 'Equals', values });
const ALPHA: FullFlag = { key: 'alpha', is_enabled: true, rollout_percentage: 25, description: 'The first', rules: [rule('plan', 'pro'), rule('country', 'DE', 'AT')] };

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Review and save' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('is saved').waitFor();
}

const play = (act: (scene: Scene, page: Page) => Promise<void>, path = '#/flags/alpha'): Promise<void> =>
  stage.play(async (scene) => {
    const page = await scene.visit(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await act(scene, page);
  }, [ALPHA], OPEN);

test('a flag is created, with the server’s words where it is wrong', async () => {
  await play(async (scene, page) => {
    await page.keyboard.press('n');
    const key = page.getByLabel('Key', { exact: true });
    await key.fill('new flag');
    await page.locator('#problem-key').filter({ hasText: 'A-Z a-z 0-9' }).waitFor();
    assert.equal(await key.getAttribute('aria-invalid'), 'true');
    assert.equal(await page.getByRole('button', { name: 'Create the flag' }).isDisabled(), true);
    await key.fill('new_flag');
    await page.getByRole('button', { name: '10%' }).click();
    await page.getByLabel('Description').fill('Made in the page');
    await page.getByRole('button', { name: 'Create the flag' }).click();
    await page.getByRole('heading', { name: 'new_flag' }).waitFor();
    const { is_enabled, rollout_percentage, description } = await flagOf(scene.server, 'new_flag');
    assert.deepEqual([is_enabled, rollout_percentage, description], [false, 10, 'Made in the page']);
  }, '#/flags');
});

test('a key that is taken is not overwritten', async () => {
  await play(async (scene, page) => {
    scene.expected.push(/412/);
    await page.getByLabel('Key', { exact: true }).fill('alpha');
    await page.getByRole('button', { name: 'Create the flag' }).click();
    await page.getByText('there is a flag alpha already').waitFor();
    assert.equal((await flagOf(scene.server, 'alpha'))['description'], 'The first');
  }, '#/new');
});

test('everything about a flag is edited, looked at and saved', async () => {
  await play(async (scene, page) => {
    await page.getByRole('switch').press('Space');
    await page.getByLabel('Exact rollout').fill('12.345');
    await page.getByLabel('Description').fill('Another text');
    await page.getByLabel('Attribute of the user').first().fill('tier');
    await page.getByLabel('How it is compared').first().selectOption('starts with');
    const values = page.getByLabel('Add to the values of rule 2');
    await values.fill('CH');
    await values.press('Enter');
    await page.getByRole('button', { name: 'Remove DE' }).click();
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.keyboard.type('email');
    await page.getByLabel('Add to the values of rule 3').fill('ann@acme.com');
    await page.getByLabel('Add to the values of rule 3').press('Enter');
    await page.getByText('Not saved: state, rollout, description, and rules').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const dialog = page.getByRole('dialog');
    const text = await dialog.innerText();
    for (const part of ['25%', '12.345%', 'The first', 'Another text', 'CH', 'ann@acme.com']) assert.ok(text.includes(part), part);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('alpha is saved').waitFor();
    const { is_enabled, rollout_percentage, description, rules } = await flagOf(scene.server, 'alpha');
    assert.deepEqual([is_enabled, rollout_percentage, description], [false, 12.345, 'Another text']);
    assert.deepEqual(rules, [{ attribute: 'tier', operator: 'StartsWith', values: ['pro'] }, rule('country', 'AT', 'CH'), rule('email', 'ann@acme.com')]);
    await eventually('no edit left', () => page.getByRole('region', { name: 'Unsaved changes' }).count(), (count) => count === 0);
  });
});

test('the server’s messages stand at the field that they name', async () => {
  await play(async (_scene, page) => {
    const rollout = page.getByLabel('Exact rollout');
    await rollout.fill('12.3456');
    await page.locator('#problem-rollout').filter({ hasText: /decimals/ }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Review and save' }).isDisabled(), true);
    await rollout.fill('half');
    await page.getByText('“half” is no number').waitFor();
    await rollout.fill('50');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    const third = page.getByRole('listitem', { name: 'Rule 3' });
    await third.locator('.problem').filter({ hasText: 'must not be empty' }).waitFor();
    await third.getByLabel('Attribute of the user').fill('plan');
    await third.locator('.values .problem').filter({ hasText: 'must not be empty' }).waitFor();
    await third.getByLabel('Add to the values').fill('pro');
    await third.getByLabel('Add to the values').press('Enter');
    await eventually('nothing wrong', () => page.getByRole('button', { name: 'Review and save' }).isDisabled(), (isDisabled) => !isDisabled);
  });
});

test('values are pasted as a list', async () => {
  await play(async (scene, page) => {
    await page.getByLabel('Add to the values of rule 2').focus();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text', 'FR\nIT\nDE\nES');
      document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await page.getByText('5 values').or(page.getByText('ES', { exact: true })).first().waitFor();
    await save(page);
    assert.deepEqual((await flagOf(scene.server, 'alpha'))['rules'], [rule('plan', 'pro'), rule('country', 'DE', 'AT', 'FR', 'IT', 'ES')]);
  });
});

test('rules are put into another order by the keyboard', async () => {
  await play(async (scene, page) => {
    await page.getByRole('button', { name: /^Rule 2 of 2/ }).press('ArrowUp');
    await page.getByText('Now rule 1 of 2').waitFor();
    await save(page);
    assert.deepEqual((await flagOf(scene.server, 'alpha'))['rules'], [rule('country', 'DE', 'AT'), rule('plan', 'pro')]);
  });
});

test('rules are put into another order by dragging', async () => {
  await play(async (scene, page) => {
    const from = await page.getByRole('button', { name: /^Rule 1 of 2/ }).boundingBox();
    const to = await page.getByRole('listitem', { name: 'Rule 2' }).boundingBox();
    assert.ok(from && to);
    await page.mouse.move(from.x + 5, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(from.x + 5, to.y + to.height - 5, { steps: 8 });
    await page.mouse.up();
    await save(page);
    assert.deepEqual((await flagOf(scene.server, 'alpha'))['rules'], [rule('country', 'DE', 'AT'), rule('plan', 'pro')]);
  });
});

test('an edit stays while one looks elsewhere, and is no edit once it is taken back', async () => {
  await play(async (_scene, page) => {
    await page.getByLabel('Exact rollout').fill('60');
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    await page.getByRole('row').filter({ hasText: 'alpha' }).getByText('edit not saved').waitFor();
    await page.getByRole('link', { name: 'alpha' }).click();
    assert.equal(await page.getByLabel('Exact rollout').inputValue(), '60');
    await page.getByLabel('Exact rollout').fill('25');
    await eventually('no edit', () => page.getByRole('region', { name: 'Unsaved changes' }).count(), (count) => count === 0);
  });
});

test('a flag is copied, off, under another key', async () => {
  await play(async (scene, page) => {
    await page.getByRole('link', { name: 'Duplicate' }).click();
    await page.getByRole('heading', { name: 'Copy of alpha' }).waitFor();
    await page.getByLabel('Key', { exact: true }).fill('alpha_2');
    await page.getByRole('button', { name: 'Create the flag' }).click();
    await page.getByRole('heading', { name: 'alpha_2' }).waitFor();
    const [copy, original] = [await flagOf(scene.server, 'alpha_2'), await flagOf(scene.server, 'alpha')];
    assert.deepEqual(copy['rules'], original['rules']);
    assert.equal(copy['is_enabled'], false);
  });
});

test('a flag that is on is deleted only by typing its key, and can be brought back', async () => {
  await play(async (scene, page) => {
    await page.getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('alertdialog');
    const sure = dialog.getByRole('button', { name: 'Delete' });
    assert.equal(await sure.isDisabled(), true);
    await dialog.getByRole('textbox').fill('alph');
    assert.equal(await sure.isDisabled(), true);
    await dialog.getByRole('textbox').fill('alpha');
    await sure.click();
    await page.getByText('alpha is deleted').waitFor();
    await page.getByRole('heading', { name: 'No flags yet' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'alpha' }).waitFor();
    assert.deepEqual((await flagOf(scene.server, 'alpha'))['rules'], ALPHA.rules);
  });
});

test('a flag that is off is deleted by one confirmation', async () => {
  await play(async (scene, page) => {
    await write(scene.server, 'PATCH', 'flags/alpha', { is_enabled: false });
    await page.getByText('Off for everyone').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('alpha is deleted').waitFor();
  });
});

test('a flag that is not there is said to be so', async () => {
  await play(async (_scene, page) => {
    await page.getByRole('heading', { name: 'There is no flag nobody' }).waitFor();
  }, '#/flags/nobody');
});

test('a flag that shows addresses to client keys is marked, and the values hashed or the flag hidden', async () => {
  const ann = { attribute: 'email', operator: 'Equals', values: ['ann@acme.com'] };
  await stage.play(async (scene) => {
    const list = await scene.visit('');
    const row = list.getByRole('row').filter({ hasText: 'open' });
    await row.getByText('shows addresses').waitFor();
    const page = await scene.visit('#/flags/open');
    await page.getByText('Send hashes in place of them, or hide the flag').waitFor();
    await page.getByText('Parts of values cannot be hashed').waitFor();
    await page.getByLabel('Send client keys hashes of the values of rule 1').check();
    await page.getByText('Send hashes in place of them').waitFor({ state: 'detached' });
    assert.equal(await page.getByLabel('Send client keys hashes of the values of rule 2').count(), 0, 'no part of a value is hashed');
    await page.getByRole('button', { name: 'Remove rule 2' }).click();
    await save(page);
    assert.deepEqual((await flagOf(scene.server, 'open'))['rules'], [{ ...ann, hash_values: true }]);
    await row.getByText('shows addresses').waitFor({ state: 'detached' });

    await page.getByLabel('Send client keys hashes of the values of rule 1').uncheck();
    await page.getByLabel('Visible to client keys').uncheck();
    await page.getByText('Send hashes in place of them').waitFor({ state: 'detached' });
    await page.getByText('Not saved: client keys and rules').waitFor();
    await page.getByRole('button', { name: 'Review and save' }).click();
    const text = await page.getByRole('dialog').innerText();
    for (const part of ['see it', 'do not see it', 'hashed for client keys']) assert.ok(text.includes(part), part);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const saved = await eventually('saved', () => flagOf(scene.server, 'open'), (flag) => flag['client_visible'] === false);
    assert.deepEqual(saved['rules'], [ann]);
    await row.getByText('hidden', { exact: true }).waitFor();
  }, [{ key: 'open', rules: [ann, { attribute: 'email', operator: 'EndsWith', values: ['@acme.com'] }] }], OPEN);
});

test('a new flag is as visible as the operator wants it', async () => {
  for (const [word, isVisible] of [['true', true], ['false', false]] as const) {
    await stage.play(async (scene) => {
      const page = await scene.visit('#/new');
      assert.equal(await page.getByLabel('Visible to client keys').isChecked(), isVisible);
      await page.getByLabel('Key', { exact: true }).fill('fresh');
      await page.getByRole('button', { name: 'Create the flag' }).click();
      await page.getByRole('heading', { name: 'fresh' }).waitFor();
      assert.equal((await flagOf(scene.server, 'fresh'))['client_visible'], isVisible);
    }, [], { ...OPEN, CLIENT_VISIBLE_DEFAULT: word });
  }
});
