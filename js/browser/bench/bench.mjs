// The command: runs every contestant in every case, in Node or in Chromium, prints the report and writes the figures where
// asked.
import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { machine, readArguments } from '../../node/bench/arguments.mjs';
import { versionsOf } from '../../node/bench/contestants.mjs';
import { ProcessRun } from '../../node/bench/process_run.mjs';
import { figuresOf, markdownOf } from '../../node/bench/report.mjs';
import { compete } from '../../node/bench/turns.mjs';
import { CONTESTANTS } from './contestants.mjs';
import { crossingSection } from './crossing.mjs';
import { firstSection, firstTimes } from './first.mjs';
import { memorySection, memorySizes } from './memory.mjs';
import { PageRun } from './page_run.mjs';
import { Site } from './site.mjs';

const WORDS = [
  // Needed as root, as in containers; every page that is opened here is the bench's own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const wanted = readArguments(CONTESTANTS, {
  sittings: 2,
  more: { chromium: { type: 'boolean', default: false, usage: 'in Chromium (CHROMIUM, or /usr/bin/chromium), not in Node' } },
});
const run = {
  ...machine(),
  ...wanted.times,
  versions: versionsOf(wanted.contestants),
  contestants: CONTESTANTS,
  results: [],
};
const hasOurs = wanted.contestants.some(({ id }) => id === 'sidekick');
const figures = wanted.chromium ? await runInChromium() : await runInNode();
if (wanted.json) writeFileSync(wanted.json, `${JSON.stringify({ ...figuresOf(run), ...figures }, null, 2)}\n`);

async function runInNode() {
  const { node, v8 } = process.versions;
  await competeBy(ProcessRun.open, `Node ${node} (V8 ${v8})`, 'processor time');
  const memory = hasOurs ? await memorySizes() : undefined;
  process.stdout.write(markdownOf(run, [crossingSection(run), memory && memorySection(memory)]));
  return { memory };
}

async function runInChromium() {
  const site = await Site.start();
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: WORDS });
  try {
    await competeBy(PageRun.opener(browser, site), `Chromium ${browser.version()}`, 'the clock');
    const first = hasOurs ? await firstTimes(browser, site, wanted.flags) : undefined;
    process.stdout.write(markdownOf(run, [crossingSection(run), first && firstSection(first)]));
    return { first };
  } finally {
    await browser.close();
    site.close();
  }
}

async function competeBy(openRun, engine, clock) {
  Object.assign(run, { engine, clock });
  for (const flags of wanted.flags) run.results.push(...(await compete(wanted.contestants, wanted.cases, flags, run, openRun)));
}
