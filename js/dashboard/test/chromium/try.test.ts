// Trying a flag, and the impact of an edit on many users: the numbers are the server's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { type FullFlag, OPEN, type Scene, Stage, write } from '../support/stage.js';

const stage = new Stage();

const ALPHA: FullFlag = {
  key: 'alpha',
  is_enabled: true,
  rollout_percentage: 20,
  rules: [{ attribute: 'email', operator: 'EndsWith', values: ['@acme.com'] }],
};

const play = (act: (scene: Scene, page: Page) => Promise<void>): Promise<void> =>
  stage.play(async (scene) => {
    const page = await scene.visit('#/flags/alpha');
    await page.getByLabel('Exact rollout').waitFor();
    await act(scene, page);
  }, [ALPHA], OPEN);

const answer = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true });

test('a user’s answer is shown with its reason', async () => {
  await play(async (_scene, page) => {
    await answer(page, 'Answer').getByText('rollout of 20%').waitFor();
    await page.getByLabel('email', { exact: true }).fill('ann@acme.com');
    await answer(page, 'Answer').getByText('Rule 1 matches:').waitFor();
    await answer(page, 'Answer').getByText('On', { exact: true }).waitFor();
  });
});

test('saved and edited flag answer side by side', async () => {
  await play(async (scene, page) => {
    const { bucket } = (await write(scene.server, 'POST', 'evaluate', { flag_key: 'alpha', user_key: 'user-1', attributes: {} })) as unknown as { bucket: number };
    // Just above the user's bucket.
    await page.getByLabel('Exact rollout').fill((bucket + 0.001).toFixed(3));
    await answer(page, 'Edited').getByText('On', { exact: true }).waitFor();
    await answer(page, 'Edited').getByText(`Bucket ${bucket} is below`).waitFor();
    await answer(page, 'Saved').getByText(bucket < 20 ? 'On' : 'Off', { exact: true }).waitFor();
    await page.getByRole('switch').press('Space');
    await answer(page, 'Edited').getByText('The flag is off for everyone.').waitFor();
  });
});

test('the impact of an edit is what the server answers for each user', async () => {
  await play(async (scene, page) => {
    await page.getByLabel('Exact rollout').fill('35');
    await page.getByRole('tab', { name: 'Impact' }).click();
    const on = async (rollout_percentage: number, count: number): Promise<number> => {
      let enabled = 0;
      for (let first = 1; first <= count; first += 1_000) {
        const users = Array.from({ length: 1_000 }, (_, index) => ({ user_key: `user-${first + index}` }));
        const { results } = (await write(scene.server, 'POST', 'evaluate', { flag: { ...ALPHA, rollout_percentage }, users })) as unknown as { results: { enabled: boolean }[] };
        enabled += results.filter(({ enabled }) => enabled).length;
      }
      return enabled;
    };
    const changed = async (count: number): Promise<number> => (await on(35, count)) - (await on(20, count));
    assert.ok((await changed(1_000)) > 50, 'the edit concerns somebody');
    await page.getByText(`${await changed(1_000)} of 1,000 users get another answer.`).waitFor();
    await page.getByLabel('Users', { exact: true }).selectOption('10,000 made-up users');
    const all = new Intl.NumberFormat('en').format(await changed(10_000));
    await page.getByText(`${all} of 10,000 users get another answer.`).waitFor();
  });
});

test('users with values of the rules show whom a rule concerns', async () => {
  await play(async (_scene, page) => {
    await page.getByLabel('Exact rollout').fill('0');
    await page.getByRole('tab', { name: 'Impact' }).click();
    await page.getByLabel('Users', { exact: true }).selectOption('1,000 with values of the rules');
    // Of two values, one is the rule's.
    const legend = page.locator('.impact-legend');
    await legend.getByRole('listitem').filter({ hasText: 'stay on' }).getByText('500', { exact: true }).waitFor();
    await page.getByLabel('Add to the values of rule 1').fill('else');
    await page.getByLabel('Add to the values of rule 1').press('Enter');
    await legend.getByRole('listitem').filter({ hasText: 'stay off' }).getByText('0', { exact: true }).waitFor();
  });
});

test('the impact on a list of one’s own counts attributes', async () => {
  await play(async (_scene, page) => {
    await page.getByRole('tab', { name: 'Impact' }).click();
    await page.getByLabel('Users', { exact: true }).selectOption('My own list');
    await page.getByLabel('One user a line').fill('ann, email=ann@acme.com\nbob, email=bob@acme.com\ncid, email=cid@other.org');
    await page.getByText(/of 3 users get it/).waitFor();
    await page.getByLabel('Exact rollout').fill('0');
    await page.getByRole('button', { name: 'Remove @acme.com' }).click();
    await page.getByLabel('Add to the values of rule 1').fill('@other.org');
    await page.getByLabel('Add to the values of rule 1').press('Enter');
    const legend = page.locator('.impact-legend');
    await legend.getByRole('listitem').filter({ hasText: 'turn off' }).getByText('2', { exact: true }).waitFor();
    await page.locator('.examples').getByText('ann email=ann@acme.com').waitFor();
    // It can be left and come back to.
    await page.getByRole('tab', { name: 'Try it' }).click();
    await page.getByRole('tab', { name: 'Impact' }).click();
    await legend.getByRole('listitem').filter({ hasText: 'turn off' }).getByText('2', { exact: true }).waitFor();
  });
});

test('an edit that the server would refuse is not tried', async () => {
  await play(async (_scene, page) => {
    await page.getByLabel('Exact rollout').fill('140');
    await page.getByText('Mend the edit first; then it can be tried.').waitFor();
    await answer(page, 'Saved').getByText('rollout of 20%').waitFor();
  });
});
