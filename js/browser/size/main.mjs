// Measures the built package, prints the sizes and holds them against size.json.
//
//   node size/main.mjs <compiler>         fails when there is something to say
//   node size/main.mjs <compiler> <why>   writes the sizes down, with the reason why they are no longer the last ones
//
// `cargo xtask size` builds what is measured and names the compiler.

import { readFileSync, writeFileSync } from 'node:fs';
import { faults, overBudget, serialized, table } from './budget.mjs';
import { measure } from './measure.mjs';

const [compiler, why] = process.argv.slice(2);
if (compiler === undefined) throw new Error('which compiler built the module? cargo xtask size says it');

const file = new URL('../size.json', import.meta.url);
const record = JSON.parse(readFileSync(file, 'utf8'));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const sizes = measure();
console.log(table(record, sizes));
const last = record.history.at(-1);
if (last !== undefined && last.compiler !== compiler) {
  console.log(`\nThis module is by ${compiler}, that of the last entry by ${last.compiler}: it is held against the budget alone.`);
}

const found = why === undefined ? faults(record, sizes, compiler) : overBudget(record, sizes);
if (found.length > 0) {
  console.error(`\n${found.join('\n')}`);
  process.exitCode = 1;
} else if (why !== undefined) {
  const date = new Date().toISOString().slice(0, 10);
  const parts = Object.entries(sizes).map(([part, { brotli }]) => [part, brotli]);
  record.history.push({ date, version, compiler, ...Object.fromEntries(parts), what: why });
  writeFileSync(file, serialized(record));
  console.log('\nwritten down in js/browser/size.json');
}
