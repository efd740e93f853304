// The command: runs every contestant in every case, prints the report and writes the figures where asked.
import { writeFileSync } from 'node:fs';
import { applySection, applyTimes } from './apply.mjs';
import { machine, readArguments } from './arguments.mjs';
import { CONTESTANTS, versionsOf } from './contestants.mjs';
import { ProcessRun } from './process_run.mjs';
import { figuresOf, markdownOf } from './report.mjs';
import { compete } from './turns.mjs';

const wanted = readArguments(CONTESTANTS);
const { node, v8 } = process.versions;
const run = {
  engine: `Node ${node} (V8 ${v8})`,
  ...machine(),
  clock: 'processor time',
  ...wanted.times,
  readsHeap: true,
  versions: versionsOf(wanted.contestants),
  contestants: CONTESTANTS,
  results: [],
};
for (const flags of wanted.flags) {
  run.results.push(...(await compete(wanted.contestants, wanted.cases, flags, run, ProcessRun.open)));
}
const apply = wanted.contestants.some(({ isOurs }) => isOurs) ? applyTimes() : undefined;
process.stdout.write(markdownOf(run, [apply && applySection(apply)]));
if (wanted.json) writeFileSync(wanted.json, `${JSON.stringify({ ...figuresOf(run), apply }, null, 2)}\n`);
