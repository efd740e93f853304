// How long what lies in native memory lives, and what functions say that cannot do what they are asked.

import { openStream, outputs, replay } from '../../js/shared/test/support/stream.js';
import { same } from '../../js/shared/test/support/values.js';
import { createClient, host, type NativeClient } from './support/host.js';
import { test, thrown } from './support/tests.js';

const FLAG = { key: 'flag', is_enabled: true, rollout_percentage: 50, rules: [{ attribute: 'plan', operator: 'Equals', values: ['pro'] }] };

function clientWithFlag(): NativeClient {
  const client = createClient();
  openStream(client, replay([FLAG], 1));
  outputs(client);
  return client;
}

test('a freed client takes nothing more, and what asks it gets its default', () => {
  const client = clientWithFlag();
  const flag = client.resolve('flag')!;
  const user = client.bindUser('u', { plan: 'pro' });
  const before = host.living();
  client.free();
  client.free();
  same(host.living().clients, before.clients - 1);
  for (const defaultValue of [true, false]) {
    for (const bits of [flag.evaluate('u', { plan: 'pro' }, defaultValue), user('flag', defaultValue)]) same(bits, (5 << 1) | Number(defaultValue));
  }
  const calls: [string, () => unknown][] = [
    ['start', () => client.start(1)], ['handleBytes', () => client.handleBytes(1, new Uint8Array(1))], ['close', () => client.close()],
    ['pollOutput', () => client.pollOutput()], ['status', () => client.status()], ['resolve', () => client.resolve('flag')],
    ['bindUser', () => client.bindUser('u')], ['exportSnapshot', () => client.exportSnapshot()],
  ];
  for (const [name, call] of calls) same(thrown(call), `sidekick: ${name}: the client was freed; make another one`);
});

test('what nobody has any more is swept up', () => {
  // The engine chooses when. Where fewer live than were made here, some of these are gone.
  for (let made = 1; made <= 200_000; made += 1) {
    createClient().bindUser('u', { plan: 'pro' });
    const { clients, users } = host.living();
    if (clients < made && users < made) return;
  }
  throw new Error('nothing was swept up');
});

test('texts go back to the C library', () => {
  const client = clientWithFlag();
  const before = host.living().texts;
  for (let round = 0; round < 100; round += 1) {
    client.exportSnapshot();
    client.flagsJson();
    client.resolve('flag');
    client.handleDisconnected(10 + round);
    outputs(client);
    thrown(() => client.importSnapshot('no snapshot'));
  }
  same(host.living().texts, before);
});

test('an argument that cannot be used is named, with what is right', () => {
  const client = createClient() as unknown as Record<string, (...values: unknown[]) => unknown>;
  const call = (name: string, ...values: unknown[]): string => thrown(() => client[name]!(...values));
  same(call('start'), 'sidekick: start: `now` is `undefined`; it must be a number from 0 to 9007199254740991');
  same(call('start', -1), 'sidekick: start: `now` is `-1`; it must be a number from 0 to 9007199254740991');
  same(call('start', NaN), 'sidekick: start: `now` is `NaN`; it must be a number from 0 to 9007199254740991');
  same(call('start', 'x'.repeat(100)), 'sidekick: start: `now` is a text of 100 bytes; it must be a number from 0 to 9007199254740991');
  same(call('handleConnected', 1, 70_000, '', ''), 'sidekick: handleConnected: `status` is `70000`; it must be a number from 0 to 65535');
  same(call('handleConnected', 1, 200, 7, ''), 'sidekick: handleConnected: `contentType` is `7`; it must be a string');
  same(call('resolve', {}), 'sidekick: resolve: `flagKey` is an object; it must be a string');
  same(call('importSnapshot', Symbol('x')), 'sidekick: importSnapshot: `snapshot` is a symbol; it must be a string');
  same(thrown(() => createClient(-1, 0)), 'sidekick: createClient: `seedHigh` is `-1`; it must be a number from 0 to 4294967295');
  same(thrown(() => createClient(0, 4_294_967_296)), 'sidekick: createClient: `seedLow` is `4294967296`; it must be a number from 0 to 4294967295');
});

test('bytes are those of the view, and no object makes others be read', () => {
  const client = createClient();
  client.start(0);
  client.handleConnected(1, 200, 'text/event-stream', '');
  const stream = new TextEncoder().encode(`xx${replay([FLAG], 3)}yy`);
  client.handleBytes(2, stream.subarray(2, stream.length - 2));
  client.handleBytes(2, new Uint8Array(0));
  same(client.revision(), 3);
  const buffer = new ArrayBuffer(8);
  const lies: unknown[] = [
    { buffer, byteOffset: 0, byteLength: 9 }, { buffer, byteOffset: 8, byteLength: 1 }, { buffer, byteOffset: -1, byteLength: 2 },
    { buffer, byteOffset: NaN, byteLength: 1 }, { buffer, byteOffset: 0, byteLength: Infinity }, { buffer: {}, byteOffset: 0, byteLength: 1 },
    { buffer: [1], byteOffset: 0, byteLength: 1 }, {}, [], null, undefined, 7,
  ];
  for (const lie of lies) {
    const said = thrown(() => client.handleBytes(2, lie as Uint8Array));
    same(/^sidekick: handleBytes: `bytes` is .*; it must be a Uint8Array or a string$/.test(said), true, said);
  }
});

test('a snapshot that is none is refused in words, and the flags stay', () => {
  const client = clientWithFlag();
  same(thrown(() => client.importSnapshot('no snapshot')).startsWith('sidekick: '), true);
  same(client.revision(), 1);
  same(createClient().exportSnapshot() === undefined, true);
});
