// For everybody: by keyboard alone, with a screen reader, in every theme, on a phone.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { SHOWN } from '../screenshots/flags.js';
import { flagOf, OPEN, Stage, write } from '../support/stage.js';

const stage = new Stage();

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds against the page as it is, as lines. */
async function findings(page: Page): Promise<string[]> {
  // A frame of its own would be refused by the page's policy; the debugger's way in is not.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run({ resultTypes: ['violations'] })).violations;
  });
  return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html.slice(0, 200)}\n  ${failureSummary}`));
}

const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { colorScheme: 'light', viewport: { width: 360, height: 740 }, isMobile: true },
};

const PAGES: readonly (readonly [string, (page: Page) => Promise<unknown>])[] = [
  ['#/flags', (page) => page.getByText('by import').first().waitFor({ state: 'attached' })],
  ['#/flags/new_checkout', async (page) => {
    await page.getByLabel('Exact rollout').fill('40');
    await page.locator('.answer-word').nth(1).waitFor();
  }],
  ['#/flags/new_checkout', async (page) => {
    await page.getByLabel('Exact rollout').fill('40.12345');
    await page.locator('#problem-rollout').filter({ hasText: 'decimals' }).waitFor();
    await page.getByRole('tab', { name: 'Impact' }).click();
  }],
  ['#/flags/new_checkout', async (page) => {
    await page.getByLabel('Exact rollout').fill('40');
    await page.getByRole('tab', { name: 'Impact' }).click();
    await page.getByText('users get another answer').waitFor();
  }],
  ['#/flags/new_checkout', async (page) => {
    await page.getByLabel('Exact rollout').fill('40');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('dialog').waitFor();
  }],
  ['#/flags/new_checkout', async (page) => {
    await page.getByRole('tab', { name: 'History' }).click();
    await page.locator('.entry').first().waitFor();
  }],
  ['#/flags/new_checkout', async (page) => {
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').waitFor();
  }],
  ['#/new', (page) => page.getByLabel('Key', { exact: true }).waitFor()],
  ['#/history', (page) => page.locator('.entry').first().waitFor()],
  ['#/server', (page) => page.getByText('Connected clients').waitFor()],
  ['#/flags', async (page) => {
    await page.getByRole('button', { name: 'Help and keys (?)' }).click();
    await page.getByRole('dialog').waitFor();
  }],
];

for (const [look, options] of Object.entries(LOOKS)) {
  test(`axe finds nothing on any page: ${look}`, async () => {
    await stage.play(async (scene) => {
      await write(scene.server, 'PATCH', 'flags/new_checkout', { rollout_percentage: 30 });
      const found: string[] = [];
      const page = await scene.visit('', { ...options, reducedMotion: 'reduce' });
      for (const [path, prepare] of PAGES) {
        await page.goto(`${scene.server.url}/${path}`);
        await page.evaluate(() => (onbeforeunload = null));
        await page.reload();
        await prepare(page);
        found.push(...(await findings(page)).map((finding) => `${path}: ${finding}`));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (overflow > 0) found.push(`${path}: ${overflow} pixels wider than the window`);
      }
      assert.deepEqual(found, []);
    }, SHOWN, OPEN);
  });
}

test('axe finds nothing where a key is asked for, and with one that only reads', async () => {
  await stage.play(async (scene) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const asked = await scene.visit('', { colorScheme });
      await asked.getByLabel('Key', { exact: true }).fill('wrong');
      await asked.keyboard.press('Enter');
      await asked.getByRole('alert').waitFor();
      scene.expected.push(/401/);
      const reading = await scene.enter('', 'client/key+1', { colorScheme });
      await reading.getByText('Read only').waitFor();
      const found = [...(await findings(asked)), ...(await findings(reading))];
      await reading.getByRole('link', { name: 'new_checkout' }).click();
      await reading.getByText('need a full key').waitFor();
      assert.deepEqual([...found, ...(await findings(reading))], []);
    }
  }, SHOWN);
});

test('the switch of colours goes round and stays', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit('', { colorScheme: 'light' });
    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole('button', { name: /^Colours: system/ }).click();
    await page.getByRole('button', { name: /^Colours: light/ }).click();
    await page.getByRole('button', { name: /^Colours: dark/ }).waitFor();
    assert.notEqual(await ground(), light);
    await page.reload();
    await page.getByRole('button', { name: /^Colours: dark/ }).click();
    assert.equal(await ground(), light);
  }, [], OPEN);
});

test('everything goes by keyboard alone', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await page.getByRole('link', { name: 'alpha' }).waitFor();
    const { keyboard } = page;
    /** Goes on from control to control until this one has the focus. */
    const tabTo = async (name: RegExp | string): Promise<void> => {
      for (let step = 0; step < 60; step += 1) {
        await keyboard.press('Tab');
        const label = await page.evaluate(() => {
          const control = document.activeElement as HTMLInputElement | null;
          return control?.getAttribute('aria-label') ?? control?.labels?.[0]?.textContent ?? control?.textContent?.trim() ?? '';
        });
        if (typeof name === 'string' ? label === name : name.test(label)) return;
      }
      assert.fail(`${name} is not reached by Tab`);
    };

    // Help opens and gives the focus back.
    await keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    // Find a flag, turn it, undo.
    await keyboard.press('/');
    await keyboard.type('alp');
    await keyboard.press('ArrowDown');
    await keyboard.press('Shift+Tab');
    await keyboard.press('Space');
    await page.getByText('alpha is on').waitFor();
    await keyboard.press('u');
    await page.getByRole('switch', { name: 'Turn alpha on or off', checked: false }).waitFor();

    // Open it, set the rollout by the slider, add a rule, save.
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'alpha' }).waitFor();
    await tabTo('Add a rule');
    await keyboard.press('Enter');
    await keyboard.type('plan');
    await tabTo(/^Add to the values of rule 1/);
    await keyboard.type('pro');
    await keyboard.press('Enter');
    await page.getByRole('slider').focus();
    for (let step = 0; step < 3; step += 1) await keyboard.press('ArrowLeft');
    await tabTo('Review and save');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    // Saving is what has the focus.
    await keyboard.press('Enter');
    await page.getByText('alpha is saved').waitFor();
    const { rollout_percentage, rules } = await flagOf(scene.server, 'alpha');
    assert.deepEqual([rollout_percentage, rules], [97, [{ attribute: 'plan', operator: 'Equals', values: ['pro'] }]]);

    // A new flag.
    await keyboard.press('Escape');
    await page.locator('main').focus();
    await keyboard.press('n');
    await page.getByRole('heading', { name: 'New flag' }).waitFor();
    await keyboard.type('beta');
    await page.getByRole('button', { name: 'Create the flag', disabled: false }).waitFor();
    await tabTo('Create the flag');
    await keyboard.press('Enter');
    await page.getByRole('heading', { name: 'beta' }).waitFor();
  }, [{ key: 'alpha' }], OPEN);
});
