// How long flags that arrive keep the process busy: a replay and single changes, from the bytes of the stream to the addon.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CASES, FLAG_KEY, flagsOf } from './cases.mjs';
import { changeOf, replayOf } from './replay.mjs';
import { flagsText, table } from './report.mjs';
import { summaryOf } from './summary.mjs';

const FLAGS = 1_000;
const REPLAYS = 51;
const CHANGES = 5_000;
/** What a stream of `fetch` hands over at once, at most. */
const CHUNK = 65_536;
/** The addon's number of that status. */
const READY = 1;

/** Milliseconds by the wall clock, for it is the waiting of others that is limited; or why there are none. */
export function applyTimes() {
  try {
    const addon = loadAddon();
    const flags = flagsOf(CASES.find(({ name }) => name === 'five rules'), FLAGS);
    return { replay: timeReplays(addon, flags), change: timeChanges(addon, flags) };
  } catch (error) {
    return { fault: error.message.split('\n', 1)[0] };
  }
}

/** The report's section about them. */
export function applySection({ fault, replay, change }) {
  const title = '### Flags that arrive';
  if (fault) return `${title}\n\nNot run: ${fault}`;
  const row = (name, { median, least, most, goal }) => {
    const [middle, low, high] = [median, least, most].map((time) => (time * 1_000).toFixed(0));
    return [name, middle, low, high, `< ${goal * 1_000}`, median < goal ? 'yes' : 'no'];
  };
  const rows = [row(`a replay of ${flagsText(replay.flags)}`, replay), row('a change', change)];
  return `${title}\n\nMicroseconds by the clock.\n\n${table(['', 'median', 'least', 'most', 'goal', 'reached'], rows)}`;
}

/** Fresh clients; the first few replays are compiled code's warm-up and not counted. */
function timeReplays(addon, flags) {
  const replay = Buffer.from(replayOf(flags, 1));
  const times = Array.from({ length: REPLAYS + 5 }, () => {
    const client = connectedClient(addon);
    const taken = timed(() => feed(client, replay));
    check(client, 1);
    client.close();
    return taken;
  });
  return { ...summaryOf(times.slice(5)), goal: 5, flags: flags.length, bytes: replay.length };
}

/** Every change replaces one of the flags by one of five rules. */
function timeChanges(addon, flags) {
  const client = connectedClient(addon);
  feed(client, Buffer.from(replayOf(flags, 1)));
  const { rules } = flags.at(-1);
  const times = Array.from({ length: CHANGES }, (_, index) => {
    const change = Buffer.from(changeOf({ ...flags[index % flags.length], rules }, index + 2));
    return timed(() => feed(client, change));
  });
  check(client, CHANGES + 1);
  client.close();
  return { ...summaryOf(times.slice(CHANGES / 10)), goal: 0.1 };
}

function connectedClient(addon) {
  const client = addon.createClient(1, 2);
  client.start(0);
  client.handleConnected(0, 200, 'text/event-stream', '');
  drain(client);
  return client;
}

function feed(client, bytes) {
  for (let start = 0; start < bytes.length; start += CHUNK) client.handleBytes(1, bytes.subarray(start, start + CHUNK));
  drain(client);
}

/** The driver asks for all outputs after each input; the keys of changed flags are among them. */
function drain(client) {
  while (client.pollOutput());
}

function check(client, revision) {
  if (client.status() !== READY || client.revision() !== revision || !client.resolve(FLAG_KEY)) {
    throw new Error(`the addon has status ${client.status()} at revision ${client.revision()} instead of ${READY} at ${revision}`);
  }
}

function timed(action) {
  const start = performance.now();
  action();
  return performance.now() - start;
}

/** The addon that the build put beside the package's manifest, for this platform alone. */
function loadAddon() {
  const folder = new URL('../', import.meta.url);
  const name = readdirSync(folder).find((file) => /^sidekick\..*\.node$/.test(file));
  if (!name) throw new Error('js/node has no sidekick.<platform>.node: build the addon first');
  return createRequire(import.meta.url)(new URL(name, folder).pathname);
}
