// Makes the pictures of the dashboard. `main.ts` makes those that documents show, in docs/images; `main.ts <folder>` makes
// all: each page in light, in dark and on a phone.

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launch } from '../../../browser/test/support/chromium.js';
import { Server } from '../../../shared/test/support/server.js';
import { type FullFlag, OPEN, PAGE, write } from '../support/stage.js';
import { SHOWN } from './flags.js';
import { SCENES } from './scenes.js';

const ROOT = resolve(import.meta.dirname, '../../../..');
const FOLDER = resolve(process.argv[2] ?? resolve(ROOT, 'docs/images'));
/** A picture in the history weighs for good, so not all are there. */
const IN_DOCUMENTS = ['flags-light', 'impact-dark', 'conflict-light', 'flags-phone'];

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light', isMobile: true, deviceScaleFactor: 2 },
};

mkdirSync(FOLDER, { recursive: true });
const browser = await launch();
try {
  for (const [look, options] of Object.entries(LOOKS)) {
    await signIn(look, options);
    await pages(look, options);
  }
} finally {
  await browser.close();
}

async function signIn(look: string, options: BrowserContextOptions): Promise<void> {
  await withServer([], PAGE, (server) => picture(`${server.url}/`, `sign-in-${look}`, options, (page) => page.getByLabel('Remember').waitFor()));
}

/** On a server of its own, for some scenes change flags. */
async function pages(look: string, options: BrowserContextOptions): Promise<void> {
  await withServer(SHOWN, { ...PAGE, ...OPEN }, async (server) => {
    await makeHistory(server);
    for (const [name, [path, prepare]] of Object.entries(SCENES)) {
      await picture(`${server.url}/${path}`, `${name}-${look}`, options, async (page) => {
        await page.getByText('Live', { exact: true }).first().waitFor();
        await prepare(page, server);
      });
    }
  });
}

async function withServer(flags: readonly FullFlag[], environment: Readonly<Record<string, string>>, act: (server: Server) => Promise<void>): Promise<void> {
  const server = await Server.start(flags, environment);
  try {
    await act(server);
  } finally {
    await server.dispose();
  }
}

/** So that there is something to look back at. */
async function makeHistory(server: Server): Promise<void> {
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

async function picture(address: string, name: string, options: BrowserContextOptions, prepare: (page: Page) => Promise<unknown>): Promise<void> {
  if (process.argv[2] === undefined && !IN_DOCUMENTS.includes(name)) return;
  const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  await page.goto(address);
  await prepare(page);
  await page.screenshot({ path: resolve(FOLDER, `dashboard-${name}.png`) });
  console.log(name);
  await context.close();
}
