// How long a page waits for its first answer once it has the module's bytes.
import { CASES, flagsOf, usersOf } from '../../node/bench/cases.mjs';
import { flagsText, table } from '../../node/bench/report.mjs';
import { summaryOf } from '../../node/bench/summary.mjs';
import { connect } from './surroundings.node.mjs';

const PAGES = 21;
/** Milliseconds. */
const GOAL = 10;

/** Milliseconds in fresh pages, each with a process of its own, for each number of flags. */
export async function firstTimes(browser, site, flagCounts) {
  const question = CASES.find(({ name }) => name === 'five rules');
  const user = usersOf(question).at(0);
  const times = [];
  for (const flags of flagCounts) {
    const { client, close } = await connect(flagsOf(question, flags));
    const snapshot = client.snapshot();
    const expected = client.isEnabled(question.flag.key, user.key, user.attributes);
    await close();
    const rounds = [];
    for (let page = 0; page < PAGES; page += 1) rounds.push(await firstTime(browser, site, snapshot, user, expected));
    times.push({ flags, snapshot: snapshot.length, rounds, ...summaryOf(rounds) });
  }
  return times;
}

export function firstSection(times) {
  const rows = times.map(({ flags, snapshot, median, least, most }) => {
    const figures = [median, least, most].map((time) => time.toFixed(1));
    return [`${flagsText(flags)}, a snapshot of ${snapshot.toLocaleString('en')} bytes`, ...figures, `< ${GOAL}`, median < GOAL ? 'yes' : 'no'];
  });
  const what = `Milliseconds by the clock in ${PAGES} fresh pages: the module compiled from its bytes and instantiated, the snapshot taken, the first answer.`;
  return `### First answer\n\n${what}\n\n${table(['', 'median', 'least', 'most', 'goal', 'reached'], rows)}`;
}

async function firstTime(browser, site, snapshot, user, expected) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${site.url}/first_page`);
    const { milliseconds, isEnabled } = await page.evaluate(([text, someone]) => first(text, someone), [snapshot, user]);
    if (isEnabled !== expected) throw new Error(`the first answer is ${isEnabled} instead of ${expected}`);
    return milliseconds;
  } finally {
    await context.close();
  }
}
