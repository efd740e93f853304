// What the client adds to its engine: handing texts over, and all the rest.
import { CASES } from '../../node/bench/cases.mjs';
import { digits, table } from '../../node/bench/report.mjs';
import { summaryOf } from '../../node/bench/summary.mjs';

/** The section about it; undefined where one of the three did not run. */
export function crossingSection({ results }) {
  const counts = [...new Set(results.map(({ flags }) => flags))];
  const rows = counts.flatMap((flags) =>
    CASES.map(({ name }) => {
      const of = (id) => results.find((each) => each.contestant === id && each.case === name && each.flags === flags && !each.fault);
      return rowOf(name, flags, of('sidekick'), of('engine_writing'), of('engine'));
    }),
  );
  const complete = rows.filter(Boolean);
  if (complete.length === 0) return undefined;
  const header = ['case', 'flags', 'isEnabled, ns', 'engine, texts to write', '×', 'engine, texts written', '×'];
  return `### What the client adds to its engine\n\n× is how many times as long \`isEnabled\` takes.\n\n${table(header, complete)}`;
}

function rowOf(name, flags, client, ...engines) {
  // A flag that is off the client knows the answer for, without the engine.
  if (name === 'off' || !client || engines.includes(undefined)) return undefined;
  const cells = engines.flatMap(({ nanoseconds: { median, rounds } }) => {
    const times = client.nanoseconds.rounds.map((own, turn) => own / rounds[turn]);
    return [digits(median), summaryOf(times).median.toFixed(2)];
  });
  return [name, flags, digits(client.nanoseconds.median), ...cells];
}
