// The report: the figures of a run as Markdown.
import { CASES } from './cases.mjs';
import { summaryOf } from './summary.mjs';

/**
 * `run` has the results, who took part, and what the heading says: on what, by which clock, against which versions.
 * `sections` are those of one bench alone, and undefined where there is nothing to tell.
 */
export function markdownOf(run, sections = []) {
  const parts = [heading(run), ...CASES.map((question) => caseTable(run, question)), goalTable(run), ...sections, notRun(run)];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function heading({ engine, cpu, cores, clock, versions, sittings, rounds }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${engine}, ${cpu}, ${cores} cores; ${packages.join(', ')}.`,
    `Nanoseconds of ${clock} a call, median of ${sittings * rounds} rounds in ${sittings} processes (least–most); × is how many times as quick as the quickest peer.`,
  ].join('\n');
}

function caseTable(run, question) {
  const results = run.results.filter((result) => result.case === question.name && !result.fault);
  if (results.length === 0) return undefined;
  const counts = [...new Set(results.map(({ flags }) => flags))];
  const heap = run.readsHeap ? ['heap bytes'] : [];
  const columns = counts.flatMap((count) => [`${flagsText(count)}: ns`, '×', ...heap]);
  const rows = run.contestants.map(({ id, name }) => {
    const cells = counts.flatMap((count) => cellsOf(run, results.find((each) => each.contestant === id && each.flags === count)));
    return cells.some(Boolean) ? [name, ...cells] : undefined;
  });
  return `### ${question.name}\n\n${table(['', ...columns], rows.filter(Boolean))}`;
}

function cellsOf(run, result) {
  if (!result) return run.readsHeap ? ['', '', ''] : ['', ''];
  const { median, least, most } = result.nanoseconds;
  const times = timesQuickestPeer(run, result);
  const heap = run.readsHeap ? [result.heapBytes < 0.5 ? '0' : result.heapBytes.toFixed(0)] : [];
  return [`${digits(median)} (${digits(least)}–${digits(most)})`, times === undefined ? '' : times.toFixed(2), ...heap];
}

function goalTable(run) {
  const rows = run.results.map((result) => {
    if (result.fault) return undefined;
    const { name, goal } = contestantOf(run, result);
    const least = goal?.(CASES.find((question) => question.name === result.case));
    const times = timesQuickestPeer(run, result);
    if (least === undefined || times === undefined) return undefined;
    const peer = quickestPeer(run, result);
    const rival = `${contestantOf(run, peer).name} ${digits(peer.nanoseconds.median)}`;
    const own = digits(result.nanoseconds.median);
    return [name, result.case, result.flags, own, rival, times.toFixed(1), `≥ ${least}`, times >= least ? 'yes' : 'no'];
  });
  const reached = rows.filter(Boolean);
  if (reached.length === 0) return undefined;
  const header = ['', 'case', 'flags', 'ns', 'quickest peer, ns', 'times as quick', 'goal', 'reached'];
  return `### Sidekick against the quickest peer\n\n${table(header, reached)}`;
}

function notRun(run) {
  const lines = new Map();
  const all = new Set(run.results.map(({ case: name, flags }) => `${name}, ${flagsText(flags)}`)).size;
  for (const result of run.results.filter(({ fault }) => fault)) {
    const line = `- ${contestantOf(run, result).name}: ${result.fault}`;
    lines.set(line, [...(lines.get(line) ?? []), `${result.case}, ${flagsText(result.flags)}`]);
  }
  if (lines.size === 0) return undefined;
  const text = [...lines].map(([line, where]) => (where.length === all ? line : `${line} (${where.join('; ')})`));
  return `### Not run\n\n${text.join('\n')}`;
}

/** All that was measured, round by round, for programs to read. */
export function figuresOf({ contestants, results, ...run }) {
  const figures = results.map((result) => {
    const times = result.fault ? undefined : timesQuickestPeer({ contestants, results }, result);
    return { ...result, timesQuickestPeer: times };
  });
  return { ...run, results: figures };
}

/**
 * How many times as quick as the quickest peer in the same case: the median over the turns, for a machine that is slow for
 * a second is slow for all who have their round in it. Undefined where no peer ran.
 */
function timesQuickestPeer(run, result) {
  const peer = quickestPeer(run, result);
  if (!peer) return undefined;
  const own = result.nanoseconds.rounds;
  return summaryOf(peer.nanoseconds.rounds.map((nanoseconds, turn) => nanoseconds / own[turn])).median;
}

function quickestPeer(run, { case: name, flags }) {
  const peers = run.results.filter((each) => each.case === name && each.flags === flags && !each.fault && !contestantOf(run, each).isOurs);
  return peers.sort((left, right) => left.nanoseconds.median - right.nanoseconds.median)[0];
}

function contestantOf(run, { contestant }) {
  return run.contestants.find(({ id }) => id === contestant);
}

export function flagsText(count) {
  return count === 1 ? '1 flag' : `${count.toLocaleString('en')} flags`;
}

export function digits(nanoseconds) {
  return nanoseconds < 100 ? nanoseconds.toFixed(1) : Math.round(nanoseconds).toLocaleString('en');
}

export function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
