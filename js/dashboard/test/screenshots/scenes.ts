// What the pictures show.

import type { Page } from 'playwright-core';
import type { Server } from '../../../shared/test/support/server.js';
import { write } from '../support/stage.js';

/** By name: where the page is, and what is done there before the picture is taken. */
export const SCENES: Readonly<Record<string, readonly [string, (page: Page, server: Server) => Promise<unknown>]>> = {
  flags: ['#/flags', (page) => page.getByText('by anonymous').first().waitFor({ state: 'attached' })],
  flag: [
    '#/flags/new_checkout',
    async (page) => {
      await page.getByLabel('Exact rollout').fill('40');
      await page.getByLabel('country', { exact: true }).fill('FR');
      await page.getByText('No rule matches.').nth(1).waitFor();
    },
  ],
  impact: [
    '#/flags/new_checkout',
    async (page) => {
      await page.getByLabel('Exact rollout').fill('40');
      await page.getByRole('tab', { name: 'Impact' }).click();
      await page.getByText('users get another answer').waitFor();
    },
  ],
  save: [
    '#/flags/new_checkout',
    async (page) => {
      await page.getByLabel('Exact rollout').fill('40');
      const values = page.getByLabel('Add to the values of rule 2');
      await values.fill('FR');
      await values.press('Enter');
      await page.getByRole('button', { name: 'Review and save' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
  new: ['#/new', (page) => page.getByRole('heading', { name: 'New flag' }).waitFor()],
  history: ['#/history', (page) => page.getByText('Changed').first().waitFor()],
  server: ['#/server', (page) => page.getByText('Connected clients').waitFor()],
  help: [
    '#/flags',
    async (page) => {
      await page.getByText('new_checkout').first().waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  ],
  conflict: [
    '#/flags/new_checkout',
    async (page, server) => {
      await page.getByLabel('Exact rollout').fill('40');
      await page.getByRole('button', { name: 'Remove CH' }).click();
      await write(server, 'PATCH', 'flags/new_checkout', { rollout_percentage: 5, description: 'Lowered after an alarm' });
      await page.getByRole('alert').getByRole('button', { name: 'Compare' }).click();
      await page.getByRole('dialog').waitFor();
    },
  ],
};
