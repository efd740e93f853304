// Makes the pictures of the dashboard: each page in light, dark and on a phone. `main.ts [folder]`; docs/images by default.

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launch } from '../../../browser/test/support/chromium.js';
import { Server } from '../../../shared/test/support/server.js';
import { OPEN, write } from '../support/stage.js';
import { SHOWN } from './flags.js';

const ROOT = resolve(import.meta.dirname, '../../../..');
const FOLDER = resolve(process.argv[2] ?? resolve(ROOT, 'docs/images'));

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, deviceScaleFactor: 2 },
};

/** By name: where the page is, and what is done there before the picture is taken. */
const SCENES: Readonly<Record<string, readonly [string, (page: Page) => Promise<void>]>> = {
  flags: ['#/flags', async (page) => void (await page.getByText('by anonymous').first().waitFor({ state: 'attached' }))],
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
  new: ['#/new', async (page) => void (await page.getByRole('heading', { name: 'New flag' }).waitFor())],
  history: ['#/history', async (page) => void (await page.getByText('Changed').first().waitFor())],
  server: ['#/server', async (page) => void (await page.getByText('Connected clients').waitFor())],
  help: ['#/flags', async (page) => (await page.getByText('new_checkout').first().waitFor(), await page.keyboard.press('?'), void (await page.getByRole('dialog').waitFor()))],
};

mkdirSync(FOLDER, { recursive: true });
const server = await Server.start(SHOWN, { ...OPEN, PUBLIC_DIR: resolve(ROOT, 'server/assets/dashboard') });
const browser = await launch();
try {
  await makeHistory();
  for (const [look, options] of Object.entries(LOOKS)) {
    for (const [name, [path, prepare]] of Object.entries(SCENES)) await picture(browser, `dashboard-${name}-${look}`, path, options, prepare);
  }
} finally {
  await browser.close();
  await server.dispose();
}

/** So that there is something to look back at. */
async function makeHistory(): Promise<void> {
  const patches: readonly (readonly [string, object])[] = [
    ['new_checkout', { rollout_percentage: 5 }],
    ['new_checkout', { rollout_percentage: 25, rules: SHOWN[0]!.rules!.slice(0, 1) }],
    ['free_shipping_banner', { is_enabled: true }],
    ['free_shipping_banner', { is_enabled: false }],
    ['new_checkout', { rules: SHOWN[0]!.rules }],
    ['reviews.photos', { rollout_percentage: 90.5 }],
  ];
  for (const [key, patch] of patches) await write(server, 'PATCH', `flags/${key}`, patch);
}

async function picture(browser: Browser, name: string, path: string, options: BrowserContextOptions, prepare: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && console.error(`${name}: ${message.text()}`));
  await page.goto(`${server.url}/${path}`);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await prepare(page);
  await page.screenshot({ path: resolve(FOLDER, `${name}.png`) });
  console.log(name);
  await context.close();
}
