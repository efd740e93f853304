// The process of a contestant: measures it when told to.
import { Candidate, firstLine } from './candidate.mjs';
import { heapBytes } from './heap.mjs';

// Unleash and GrowthBook read the environment at run time, GrowthBook several times a call. Node asks the operating system
// each time; a bundler would write the value into the code. A plain object costs them as little as that.
process.env = { ...process.env, NODE_ENV: 'production' };

const [contestant, flagCount] = process.argv.slice(2);

try {
  const { call, open } = await import(contestant);
  const candidate = await Candidate.open(open, Number(flagCount), processorTime);
  process.on('message', async (message) => process.send(await answer(candidate, message)));
  process.on('disconnect', () => process.exit());
  process.send({ call });
} catch (error) {
  process.send({ fault: firstLine(error) }, () => process.exit());
}

async function answer(candidate, { what, name, calls }) {
  if (what === 'round') return candidate.round(name);
  if (what === 'heap') return candidate.about(name, async (asked) => ({ bytes: await heapBytes(asked, calls) }));
  await candidate.close();
  setImmediate(() => process.exit());
  return {};
}

/** Microseconds of the whole process: V8's compiler and garbage collector and a peer's own threads count. */
function processorTime() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
