// One contestant in a process of its own: opens it for every case, checks its answers, and times rounds when told to.
import { Asked, microsecondsSince } from './asked.mjs';
import { CASES } from './cases.mjs';

/** Milliseconds of processor time: for compiling a case, and of a round. */
const WARM_UP = 500;
const ROUND = 100;

// Unleash and GrowthBook read the environment at run time, GrowthBook several times a call. Node asks the operating system
// each time; a bundler would write the value into the code. A plain object costs them as little as that.
process.env = { ...process.env, NODE_ENV: 'production' };

const [contestant, flagCount] = process.argv.slice(2);

try {
  await serveRunner();
} catch (error) {
  process.send({ fault: firstLine(error) }, () => process.exit());
}

async function serveRunner() {
  const { call, open } = await import(`./contestants/${contestant}.mjs`);
  const asked = new Map();
  for (const question of CASES) asked.set(question.name, await Asked.open(open, question, Number(flagCount)));
  await warmUp([...asked.values()].filter(({ fault }) => !fault));
  process.on('message', async (message) => process.send(await answer(asked, message)));
  process.on('disconnect', () => process.exit());
  process.send({ call });
}

async function answer(asked, { what, name, calls }) {
  if (what === 'close') {
    for (const each of asked.values()) await each.close?.();
    setImmediate(() => process.exit());
    return {};
  }
  const each = asked.get(name);
  if (each.fault) return { fault: each.fault };
  try {
    return what === 'round' ? { nanoseconds: await each.timeRound() } : { bytes: await each.heapBytes(calls) };
  } catch (error) {
    return { fault: firstLine(error) };
  }
}

/**
 * Lets V8 compile, all cases in turn: in a service one and the same code answers for flags of every kind, and a compiler
 * that has seen but one kind would leave out what the others need. Then finds out how many passes a round takes.
 */
async function warmUp(asked) {
  const start = process.cpuUsage();
  while (microsecondsSince(start) < WARM_UP * 1_000 * asked.length) {
    for (const each of asked) each.on = await each.ask(each.subjects);
  }
  for (const each of asked) {
    const before = process.cpuUsage();
    let passes = 0;
    for (; microsecondsSince(before) < ROUND * 1_000; passes += 1) await each.ask(each.subjects);
    each.passes = passes;
  }
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n', 1)[0];
}
