// The real browser for tests: the Chromium of this machine, headless.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const WORDS = [
  // Needed as root, as in containers; every page that is opened here is a test's own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Some tests make thousands of instances of the module, for each of which a browser sets gigabytes of addresses aside.
  '--js-flags=--expose-gc',
];

/** Starts a browser with a profile of its own. What a page goes back to may be one that was kept alive. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: executable(),
    args: WORDS,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
}

/** `CHROMIUM`, else the first of the usual names in the path. */
function executable(): string {
  const chosen = process.env['CHROMIUM'];
  if (chosen !== undefined) return chosen;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined) throw new Error(`there is no ${NAMES.join(' or ')} in the path; install one, or say where it is in CHROMIUM`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
