// What the engine's linear memory comes to with many flags, many questions and many changes.
import { CASES, FLAG_KEY, flagsOf, usersOf } from '../../node/bench/cases.mjs';
import { changeOf } from '../../node/bench/replay.mjs';
import { table } from '../../node/bench/report.mjs';
import { connect } from './surroundings.node.mjs';

const FLAGS = 1_000;
const EVALUATIONS = 10_000_000;
const CHANGES = 10_000;
/** Bytes. */
const GOAL = 2 * 1_024 * 1_024;
/** Milliseconds for the changes to arrive. */
const PATIENCE = 60_000;

/** Bytes after each of the steps, of one client. */
export async function memorySizes() {
  const question = CASES.find(({ name }) => name === 'five rules');
  const flags = flagsOf(question, FLAGS);
  const { client, send, close, memory } = await observed(flags);
  const sizes = [{ after: `a replay of ${FLAGS.toLocaleString('en')} flags`, bytes: memory.buffer.byteLength }];

  const users = usersOf(question);
  for (let done = 0; done < EVALUATIONS; done += users.length) {
    for (const { key, attributes } of users) client.isEnabled(FLAG_KEY, key, attributes);
  }
  sizes.push({ after: `${EVALUATIONS.toLocaleString('en')} evaluations`, bytes: memory.buffer.byteLength });

  const last = CHANGES + 1;
  for (let revision = 2; revision <= last; revision += 1) {
    send(changeOf({ ...flags[revision % FLAGS], rollout_percentage: 1 + (revision % 99) }, revision));
    // What is sent waits in this process until the stream is read.
    if (revision % 100 === 0 || revision === last) await arrived(client, revision);
  }
  sizes.push({ after: `${CHANGES.toLocaleString('en')} changes of rollouts`, bytes: memory.buffer.byteLength });
  await close();
  return sizes;
}

export function memorySection(sizes) {
  const rows = sizes.map(({ after, bytes }) => [after, bytes.toLocaleString('en'), `≤ ${GOAL.toLocaleString('en')}`, bytes <= GOAL ? 'yes' : 'no']);
  return `### Linear memory\n\nBytes of one client's, one step after the other.\n\n${table(['after', 'bytes', 'goal', 'reached'], rows)}`;
}

/** A client whose engine's memory is looked at: the client shows it to nobody. */
async function observed(flags) {
  const { instantiate } = WebAssembly;
  let memory;
  WebAssembly.instantiate = async (...given) => {
    const instance = await instantiate(...given);
    ({ memory } = instance.exports);
    return instance;
  };
  try {
    return { ...(await connect(flags)), memory };
  } finally {
    WebAssembly.instantiate = instantiate;
  }
}

async function arrived(client, revision) {
  const deadline = AbortSignal.timeout(PATIENCE);
  while (client.revision < revision) {
    await new Promise((resolve, reject) => {
      const off = client.on('change', () => (off(), resolve()));
      deadline.addEventListener('abort', () => reject(new Error(`revision ${revision} has not arrived within ${PATIENCE} ms`)));
    });
  }
}
