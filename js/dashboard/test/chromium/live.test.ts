// The connection, and how the server is doing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPEN, Stage, write } from '../support/stage.js';

const stage = new Stage();

test('a server that dies is told, and the page goes on when it is back', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/ERR_/);
    const page = await scene.visit();
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await scene.server.kill();
    await page.getByRole('status').filter({ hasText: 'Not live' }).waitFor();
    await page.getByText('These are the last known flags').waitFor();
    // What is known stays in sight, and a write is refused in words.
    await page.getByRole('switch', { name: 'Turn alpha on or off' }).press('Space');
    await page.getByText('alpha was not changed. The server cannot be reached.').waitFor();
    assert.equal(await page.getByRole('switch', { name: 'Turn alpha on or off' }).isChecked(), false);
    await scene.server.start();
    await write(scene.server, 'POST', 'flags', { key: 'beta' });
    await page.getByRole('link', { name: 'beta' }).waitFor({ timeout: 40_000 });
    await page.getByRole('status').filter({ hasText: /^Live$/ }).waitFor();
  }, [{ key: 'alpha' }], OPEN);
});

test('a server that does not answer at the start is asked again on demand', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/ERR_|503/);
    const page = await scene.visit();
    await page.getByRole('link', { name: 'alpha' }).waitFor();
    await page.route('**/api/session', (route) => route.abort());
    await page.reload();
    await page.getByText('No answer from the server').waitFor();
    await page.unroute('**/api/session');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'alpha' }).waitFor();
  }, [{ key: 'alpha' }], OPEN);
});

test('a part of the page that cannot be loaded is told, and the rest goes on', async () => {
  await stage.play(async (scene) => {
    scene.expected.push(/ERR_|dynamically imported|history_page/);
    const page = await scene.visit();
    await page.route('**/assets/history_page*', (route) => route.abort());
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByText('This part of the page could not be shown').waitFor();
    await page.getByRole('link', { name: 'Flags', exact: true }).click();
    await page.getByRole('link', { name: 'alpha' }).waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await page.unroute('**/assets/history_page*');
    await page.getByRole('button', { name: 'Load the page again' }).click();
    await page.locator('.entry').first().waitFor();
  }, [{ key: 'alpha' }], OPEN);
});

test('a page in a browser that keeps nothing is a page all the same', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit();
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage']) {
        Object.defineProperty(window, name, { get: () => { throw new DOMException('denied', 'SecurityError'); } });
      }
    });
    await page.reload();
    await page.getByRole('link', { name: 'alpha' }).waitFor();
    await page.getByRole('button', { name: /^Colours: system/ }).click();
    await page.getByRole('button', { name: /^Colours: light/ }).waitFor();
  }, [{ key: 'alpha' }], OPEN);
});

test('clients, changes and lag are drawn', async () => {
  await stage.play(async (scene) => {
    const page = await scene.visit('#/server');
    const chart = (name: string) => page.getByRole('figure', { name });
    await chart('Connected clients').locator('.chart-now').filter({ hasText: '1' }).waitFor();
    await write(scene.server, 'POST', 'flags', { key: 'beta' });
    await write(scene.server, 'POST', 'flags', { key: 'gamma' });
    await chart('Changes a minute').locator('rect').first().waitFor({ state: 'attached' });
    await chart('From save to send').locator('.chart-now').filter({ hasText: 'ms' }).waitFor();
    await page.getByText('SQLite, up').waitFor();
    await page.getByText('not used').waitFor();
  }, [{ key: 'alpha' }], OPEN);
});
