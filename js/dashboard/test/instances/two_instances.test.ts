// The pages of two instances of the server, as an operator behind a load balancer has them. The test `dashboard` of the
// server's package starts the instances, on one Postgres and one Redis, and says here where they are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch } from '../../../browser/test/support/chromium.js';

const [ONE, OTHER, KEY] = ['SIDEKICK_ONE', 'SIDEKICK_OTHER', 'SIDEKICK_KEY'].map(variable);

test('what is changed on the page of one instance shows on the page of the other', async () => {
  const browser = await launch();
  try {
    await create('shared_flag');
    const [here, there] = [await enter(browser, ONE!), await enter(browser, OTHER!)];
    // Both ways, with times from the click to the sight of it.
    const times: number[] = [];
    for (const [from, to, isOn] of [[here, there, true], [there, here, false], [here, there, true], [there, here, false]] as const) {
      const start = performance.now();
      await switchOf(from).press('Space');
      await shown(to, isOn);
      times.push(performance.now() - start);
    }
    console.log(`from a key press on one page to the sight on the other: ${times.map((time) => `${time.toFixed(0)} ms`).join(', ')}`);

    await here.goto(`${ONE}/#/flags/shared_flag`);
    await here.getByLabel('Exact rollout').fill('12.5');
    await here.getByRole('button', { name: 'Review and save' }).click();
    await here.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await there.getByText('12.5%', { exact: true }).waitFor();

    await there.goto(`${OTHER}/#/server`);
    await there.getByText('Postgres, up').waitFor();
  } finally {
    await browser.close();
  }
});

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: cargo xtask test dashboard runs this test`);
  return value;
}

async function create(key: string): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const answer = await fetch(`${ONE}/api/flags`, { method: 'POST', headers, body: JSON.stringify({ key, rollout_percentage: 50 }) });
  assert.equal(answer.status, 201, await answer.text());
}

async function enter(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(url);
  await page.getByLabel('Key', { exact: true }).fill(KEY!);
  await page.getByRole('button', { name: 'Open the dashboard' }).click();
  await switchOf(page).waitFor({ state: 'attached' });
  return page;
}

function switchOf(page: Page): ReturnType<Page['getByRole']> {
  return page.getByRole('switch', { name: 'Turn shared_flag on or off' });
}

async function shown(page: Page, isOn: boolean): Promise<void> {
  const switches = { name: 'Turn shared_flag on or off', checked: isOn };
  await page.getByRole('switch', switches).waitFor({ state: 'attached' });
}
