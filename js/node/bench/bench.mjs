// The command: runs every contestant in every case, prints the report and writes the figures where asked.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { applyTimes } from './apply.mjs';
import { CASES } from './cases.mjs';
import { markdownOf, timesQuickestPeer } from './report.mjs';
import { CONTESTANTS, compete, versionOf } from './runner.mjs';

const USAGE = `node bench.mjs [options]
  --case NAME         only this case (${CASES.map(({ name }) => `"${name}"`).join(', ')}); may be repeated
  --contestant NAME   only this one (${CONTESTANTS.map(({ id }) => id).join(', ')}); may be repeated
  --flags NUMBER      flags loaded (1 and 1000); may be repeated
  --sittings NUMBER   fresh processes of each (3)
  --rounds NUMBER     rounds in a sitting (3)
  --json FILE         write all figures there too`;

const OPTIONS = {
  case: { type: 'string', multiple: true, default: CASES.map(({ name }) => name) },
  contestant: { type: 'string', multiple: true, default: CONTESTANTS.map(({ id }) => id) },
  flags: { type: 'string', multiple: true, default: ['1', '1000'] },
  sittings: { type: 'string', default: '3' },
  rounds: { type: 'string', default: '3' },
  json: { type: 'string' },
};

const wanted = readArguments();
const run = { ...machine(), ...wanted.times, versions: versions(wanted.contestants), results: [] };
for (const flags of wanted.flags) {
  run.results.push(...(await compete(wanted.contestants, wanted.cases, flags, wanted.times)));
}
if (wanted.contestants.some(({ isOurs }) => isOurs)) run.apply = applyTimes();
process.stdout.write(markdownOf(run));
if (wanted.json) {
  const results = run.results.map((result) => (result.fault ? result : { ...result, timesQuickestPeer: timesQuickestPeer(run, result) }));
  writeFileSync(wanted.json, `${JSON.stringify({ ...run, results }, null, 2)}\n`);
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    return {
      cases: values.case.map((name) => known(CASES, 'name', name)),
      contestants: values.contestant.map((id) => known(CONTESTANTS, 'id', id)),
      flags: values.flags.map((text) => positive('--flags', text)),
      times: { sittings: positive('--sittings', values.sittings), rounds: positive('--rounds', values.rounds) },
      json: values.json,
    };
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}\n`);
    process.exit(2);
  }
}

function known(list, field, value) {
  const found = list.find((each) => each[field] === value);
  if (!found) throw new Error(`"${value}" is none of ${list.map((each) => each[field]).join(', ')}`);
  return found;
}

function positive(option, text) {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new Error(`${option} is "${text}"; it must be a whole number from 1`);
  return Number(text);
}

function machine() {
  return { node: process.versions.node, v8: process.versions.v8, cpu: cpus()[0].model, cores: cpus().length };
}

function versions(contestants) {
  const packages = contestants.filter(({ id }) => !id.startsWith('sidekick_'));
  return Object.fromEntries(packages.map((contestant) => [contestant.name, versionOf(contestant)]));
}
