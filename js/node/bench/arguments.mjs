// The arguments that benches take: what is to be asked, of whom, and how often.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';

/**
 * Ends the process with the usage where they are wrong. `sittings` is how many there are unless told, and `more` are options
 * of one bench alone, with a line of usage each.
 */
export function readArguments(contestants, { sittings = 3, more = {} } = {}) {
  const options = {
    case: { type: 'string', multiple: true, default: CASES.map(({ name }) => name) },
    contestant: { type: 'string', multiple: true, default: contestants.map(({ id }) => id) },
    flags: { type: 'string', multiple: true, default: ['1', '1000'] },
    sittings: { type: 'string', default: String(sittings) },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    ...more,
  };
  try {
    const { values } = parseArgs({ options });
    return {
      ...values,
      cases: values.case.map((name) => known(CASES, 'name', name)),
      contestants: values.contestant.map((id) => known(contestants, 'id', id)),
      flags: values.flags.map((text) => positive('--flags', text)),
      times: { sittings: positive('--sittings', values.sittings), rounds: positive('--rounds', values.rounds) },
    };
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage(contestants, sittings, more)}\n`);
    process.exit(2);
  }
}

/** What a report says of the machine. */
export function machine() {
  return { cpu: cpus()[0].model, cores: cpus().length };
}

function usage(contestants, sittings, more) {
  const others = Object.entries(more).map(([name, { usage: text }]) => `\n  ${`--${name}`.padEnd(20)}${text}`);
  return `node bench.mjs [options]
  --case NAME         only this case (${CASES.map(({ name }) => `"${name}"`).join(', ')}); may be repeated
  --contestant NAME   only this one (${contestants.map(({ id }) => id).join(', ')}); may be repeated
  --flags NUMBER      flags loaded (1 and 1000); may be repeated
  --sittings NUMBER   fresh processes of each (${sittings})
  --rounds NUMBER     rounds in a sitting (3)
  --json FILE         write all figures there too${others.join('')}`;
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
