// Judges sizes: by the budget, and by what was written down last. All numbers are bytes after brotli.

/** A change of more is one that somebody should know of. */
const NOISE = 64;

const PARTS = ['wasm', 'client', 'tabs', 'react'];

/** What is wrong, as sentences. */
export function faults(record, sizes, compiler) {
  return [...overBudget(record, sizes), ...unrecorded(record, sizes, compiler)];
}

/** What is over its budget, by how much, and what made it grow. */
export function overBudget({ budget, history }, sizes) {
  const last = history.at(-1);
  return Object.entries(budget).flatMap(([name, most]) => {
    const parts = name.split('+');
    const size = sum(parts.map((part) => sizes[part].brotli));
    if (size <= most) return [];
    const grown = last === undefined ? [] : parts.map((part) => `${part} ${signed(sizes[part].brotli - last[part])}`);
    const since = last === undefined ? '' : `; since ${last.date} (${last.what}): ${grown.join(', ')}`;
    return [`${name} has ${number(size)} bytes, ${number(size - most)} over its budget of ${number(most)}${since}`];
  });
}

function unrecorded({ history }, sizes, compiler) {
  const last = history.at(-1);
  const remedy = 'write it down: cargo xtask size --record "why"';
  if (last === undefined) return [`no size is written down yet; ${remedy}`];
  // Another compiler, another module: what it changed is nobody's doing here. The budget holds for all of them.
  // A part that is younger than the entry has nothing that it could be held against.
  const comparable = PARTS.filter((part) => part in last && (part !== 'wasm' || last.compiler === compiler));
  const changed = comparable.filter((part) => Math.abs(sizes[part].brotli - last[part]) > NOISE);
  return changed.map((part) => {
    const change = signed(sizes[part].brotli - last[part]);
    return `${part} has ${number(sizes[part].brotli)} bytes, ${change} since ${last.date} (${last.what}); ${remedy}`;
  });
}

/** The sizes for people. */
export function table({ budget, history }, sizes) {
  const last = history.at(-1);
  const rows = [['', 'raw', 'gzip -9', 'brotli -11', 'last', 'budget']];
  for (const name of ['wasm', 'client', 'wasm+client', 'tabs', 'react']) {
    const parts = name.split('+');
    const total = (kind) => number(sum(parts.map((part) => sizes[part][kind])));
    const before = parts.every((part) => last?.[part] !== undefined) ? number(sum(parts.map((part) => last[part]))) : '';
    rows.push([name, total('raw'), total('gzip'), total('brotli'), before, name in budget ? number(budget[name]) : '']);
  }
  return rows.map(([name, ...cells]) => `${name.padEnd(12)}${cells.map((cell) => cell.padStart(12)).join('')}`.trimEnd()).join('\n');
}

/** The file's text, an entry a line. */
export function serialized({ budget, history }) {
  const entries = history.map((entry) => `\n    ${line(entry)}`);
  return `{\n  "budget": ${line(budget)},\n  "history": [${entries.join(',')}\n  ]\n}\n`;
}

function line(value) {
  // A line break within a text is written as `\\n`, so these are all the formatter's own.
  return JSON.stringify(value, null, 1).replace(/\n\s*/g, ' ');
}

function sum(numbers) {
  return numbers.reduce((total, one) => total + one, 0);
}

function number(value) {
  return value.toLocaleString('en-US');
}

function signed(change) {
  return `${change < 0 ? '' : '+'}${number(change)}`;
}
