// One measurement of memory in a process of its own: `memory_probe.mjs garbage|evaluations|cycles <count>`, figures as JSON.

import { SidekickClient } from '@sidekick-flags/node';

const [what, count] = [process.argv[2], Number(process.argv[3])];
const { SERVER, SDK_KEY } = process.env;

const keys = Array.from({ length: 1_000 }, (_, index) => `${String(index).padStart(8, '0')}-aaaa-4bbb-8ccc-dddddddddddd`);
const attributes = { email: 'somebody@acme.com', plan: 'free', country: 'de' };

let kept;

/** Leaves an object a call, to show that the measurement sees it. */
function control(calls) {
  for (let call = 0; call < calls; call += 1) kept = { call };
  return kept;
}

/** Each way of asking; adds up the answers, so that no call can be left out. */
const ways = {
  fixed: (client) => (calls) => {
    let on = 0;
    for (let call = 0; call < calls; call += 1) if (client.isEnabled('off', keys[call % 1_000], attributes)) on += 1;
    return on;
  },
  rollout: (client) => (calls) => {
    let on = 0;
    for (let call = 0; call < calls; call += 1) if (client.isEnabled('half', keys[call % 1_000], attributes)) on += 1;
    return on;
  },
  suffix: (client) => (calls) => {
    let on = 0;
    for (let call = 0; call < calls; call += 1) if (client.isEnabled('suffix', keys[call % 1_000], attributes)) on += 1;
    return on;
  },
  five: (client) => (calls) => {
    let on = 0;
    for (let call = 0; call < calls; call += 1) if (client.isEnabled('five', keys[call % 1_000], attributes)) on += 1;
    return on;
  },
  bound: (client) => {
    const users = keys.map((key) => client.forUser(key, attributes));
    return (calls) => {
      let on = 0;
      for (let call = 0; call < calls; call += 1) if (users[call % 1_000].isEnabled('five')) on += 1;
      return on;
    };
  },
};

async function ready() {
  const client = new SidekickClient(SERVER, SDK_KEY);
  await client.init();
  return client;
}

function settle() {
  for (let round = 0; round < 5; round += 1) gc();
}

/** Bytes of JavaScript's heap a call. The young generation is set so large that nothing is collected meanwhile. */
async function garbage() {
  const client = await ready();
  const figures = {};
  for (const [name, way] of [['control', () => control], ...Object.entries(ways)]) {
    const ask = way(client);
    ask(200_000);
    settle();
    const before = process.memoryUsage().heapUsed;
    ask(count);
    figures[name] = (process.memoryUsage().heapUsed - before) / count;
  }
  client.close();
  return figures;
}

/** Growth of resident memory over this many evaluations, in bytes. */
async function evaluations() {
  const client = await ready();
  const asks = Object.values(ways).map((way) => way(client));
  const round = (calls) => asks.reduce((on, ask) => on + ask(calls / asks.length), 0);
  round(count / 10);
  settle();
  const before = process.memoryUsage.rss();
  round(count);
  settle();
  const grown = process.memoryUsage.rss() - before;
  client.close();
  return { grown };
}

/** Growth of resident memory over this many clients that are made, started, asked and closed, in bytes. */
async function cycles() {
  const cycle = async () => {
    const client = await ready();
    client.isEnabled('suffix', 'u', attributes);
    client.forUser('u', attributes).isEnabled('five');
    await client.close();
  };
  const turn = async (times) => {
    for (let done = 0; done < times; done += 1) {
      await cycle();
      // Native memory that is forgotten is freed when JavaScript's collector runs; a busy process runs it by itself.
      if (done % 100 === 99) {
        gc();
        await new Promise(setImmediate);
      }
    }
    settle();
    await new Promise(setImmediate);
    settle();
  };
  // Until then V8's own caches and compiled code grow; after it a leak is all that can.
  await turn(3_000);
  const before = process.memoryUsage.rss();
  await turn(count);
  return { grown: process.memoryUsage.rss() - before };
}

console.log(JSON.stringify(await { garbage, evaluations, cycles }[what]()));
