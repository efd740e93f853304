// A job that evaluates flags without a network, from a file that save.mjs has written: node job.mjs [FILE]

import { readFile } from 'node:fs/promises';
import { SidekickClient } from '@sidekick-flags/node';
import { invoice } from './invoice.mjs';

const [file = 'flags.snapshot'] = process.argv.slice(2);

const CUSTOMERS = [
  { id: 'c-1', name: 'Ann', country: 'DE' },
  { id: 'c-2', name: 'Ben', country: 'FR' },
];

/** The flags of the file, and no others: a run that takes an hour answers alike from its first customer to its last. */
async function flagsOf(path) {
  // The address is never asked.
  const flags = new SidekickClient('http://localhost:3000', '', { bootstrap: await readFile(path, 'utf8') });
  // Done at once, by the file. A closed client still answers.
  await flags.init();
  await flags.close();
  return flags;
}

try {
  const flags = await flagsOf(file);
  for (const customer of CUSTOMERS) console.log(invoice(flags, customer));
} catch (error) {
  console.error(`no flags from ${file}: ${error.message}`);
  process.exitCode = 1;
}
