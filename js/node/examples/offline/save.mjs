// Saves the flags of the moment into a file, as a build or a deployment would: node save.mjs [FILE]

import { writeFile } from 'node:fs/promises';
import { SidekickClient } from '@sidekick-flags/node';

const { SIDEKICK_URL = 'http://localhost:3000', SDK_KEY = '' } = process.env;
const [file = 'flags.snapshot'] = process.argv.slice(2);

const flags = new SidekickClient(SIDEKICK_URL, SDK_KEY);
try {
  await flags.init();
  // As confidential as the flags: for the owner alone.
  await writeFile(file, flags.snapshot(), { mode: 0o600 });
  console.log(`${file}: ${flags.flags().length} flags at revision ${flags.revision}`);
} catch (error) {
  console.error(`nothing saved: ${error.message}`);
  process.exitCode = 1;
} finally {
  await flags.close();
}
