// The report: the figures of a run as Markdown.
import { CASES } from './cases.mjs';
import { CONTESTANTS } from './runner.mjs';
import { summaryOf } from './summary.mjs';

export function markdownOf(run) {
  const parts = [heading(run), ...CASES.map((question) => caseTable(run, question)), goalTable(run), applyTable(run), notRun(run)];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

function heading({ node, v8, cpu, cores, versions, sittings, rounds }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Node ${node} (V8 ${v8}), ${cpu}, ${cores} cores; ${packages.join(', ')}.`,
    `Nanoseconds of processor time a call, median of ${sittings * rounds} rounds in ${sittings} processes (least–most); × is how many times as quick as the quickest peer.`,
  ].join('\n');
}

function caseTable(run, question) {
  const results = run.results.filter((result) => result.case === question.name && !result.fault);
  if (results.length === 0) return undefined;
  const counts = [...new Set(results.map(({ flags }) => flags))];
  const columns = counts.flatMap((count) => [`${flagsText(count)}: ns`, '×', 'heap bytes']);
  const rows = CONTESTANTS.map(({ id, name }) => {
    const cells = counts.flatMap((count) => cellsOf(run, results.find((each) => each.contestant === id && each.flags === count)));
    return cells.some(Boolean) ? [name, ...cells] : undefined;
  });
  return `### ${question.name}\n\n${table(['', ...columns], rows.filter(Boolean))}`;
}

function cellsOf(run, result) {
  if (!result) return ['', '', ''];
  const { median, least, most } = result.nanoseconds;
  const times = timesQuickestPeer(run, result);
  const heap = result.heapBytes < 0.5 ? '0' : result.heapBytes.toFixed(0);
  return [`${digits(median)} (${digits(least)}–${digits(most)})`, times === undefined ? '' : times.toFixed(2), heap];
}

function goalTable(run) {
  const ours = run.results.filter((result) => isOurs(result.contestant) && !result.fault);
  const rows = ours.map((result) => {
    const question = CASES.find(({ name }) => name === result.case);
    const goal = { sidekick: question.goal, sidekick_bound: question.boundGoal }[result.contestant];
    const times = timesQuickestPeer(run, result);
    if (goal === undefined || times === undefined) return undefined;
    const peer = quickestPeer(run, result);
    const rival = `${nameOf(peer.contestant)} ${digits(peer.nanoseconds.median)}`;
    const own = digits(result.nanoseconds.median);
    return [nameOf(result.contestant), result.case, result.flags, own, rival, times.toFixed(1), `≥ ${goal}`, times >= goal ? 'yes' : 'no'];
  });
  const reached = rows.filter(Boolean);
  if (reached.length === 0) return undefined;
  const header = ['', 'case', 'flags', 'ns', 'quickest peer, ns', 'times as quick', 'goal', 'reached'];
  return `### Sidekick against the quickest peer\n\n${table(header, reached)}`;
}

function applyTable({ apply }) {
  if (!apply || apply.fault) return undefined;
  const row = (name, { median, least, most, goal }) => {
    const [middle, low, high] = [median, least, most].map((time) => (time * 1_000).toFixed(0));
    return [name, middle, low, high, `< ${goal * 1_000}`, median < goal ? 'yes' : 'no'];
  };
  const rows = [row(`a replay of ${flagsText(apply.replay.flags)}`, apply.replay), row('a change', apply.change)];
  return `### Flags that arrive\n\nMicroseconds by the clock.\n\n${table(['', 'median', 'least', 'most', 'goal', 'reached'], rows)}`;
}

function notRun({ results, apply }) {
  const lines = new Map();
  const all = new Set(results.map(({ case: name, flags }) => `${name}, ${flagsText(flags)}`)).size;
  for (const { contestant, case: name, flags, fault } of results.filter((result) => result.fault)) {
    const line = `- ${nameOf(contestant)}: ${fault}`;
    lines.set(line, [...(lines.get(line) ?? []), `${name}, ${flagsText(flags)}`]);
  }
  if (apply?.fault) lines.set(`- flags that arrive: ${apply.fault}`, []);
  if (lines.size === 0) return undefined;
  const text = [...lines].map(([line, where]) => ([0, all].includes(where.length) ? line : `${line} (${where.join('; ')})`));
  return `### Not run\n\n${text.join('\n')}`;
}

/**
 * How many times as quick as the quickest peer in the same case: the median over the turns, for a machine that is slow for
 * a second is slow for all who have their round in it. Undefined where no peer ran.
 */
export function timesQuickestPeer(run, result) {
  const peer = quickestPeer(run, result);
  if (!peer) return undefined;
  const own = result.nanoseconds.rounds;
  return summaryOf(peer.nanoseconds.rounds.map((nanoseconds, turn) => nanoseconds / own[turn])).median;
}

function quickestPeer({ results }, { case: name, flags }) {
  const peers = results.filter((each) => each.case === name && each.flags === flags && !each.fault && !isOurs(each.contestant));
  return peers.sort((left, right) => left.nanoseconds.median - right.nanoseconds.median)[0];
}

function isOurs(id) {
  return CONTESTANTS.find((contestant) => contestant.id === id).isOurs === true;
}

function nameOf(id) {
  return CONTESTANTS.find((contestant) => contestant.id === id).name;
}

function flagsText(count) {
  return count === 1 ? '1 flag' : `${count.toLocaleString('en')} flags`;
}

function digits(nanoseconds) {
  return nanoseconds < 100 ? nanoseconds.toFixed(1) : Math.round(nanoseconds).toLocaleString('en');
}

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
