// Questions whose texts lie in memory that JavaScript and native code see.

import { openStream, outputs, replay, upsert, type WireFlag } from '../../js/shared/test/support/stream.js';
import { same } from '../../js/shared/test/support/values.js';
import { createClient, type NativeFlag } from './support/host.js';
import { test, thrown } from './support/tests.js';

const PLACES = 17;
const ROOM = 64;
const SIZE = PLACES * (4 + ROOM);

const rule = (attribute: string, value: string): object => ({ attribute, operator: 'Equals', values: [value] });
const TARGETED: WireFlag = { key: 'targeted', is_enabled: true, rollout_percentage: 50, rules: [rule('plan', 'pro'), rule('country', 'NO')] };

class Memory {
  readonly #memory = new ArrayBuffer(SIZE);
  readonly client = createClient();

  constructor(...flags: WireFlag[]) {
    openStream(this.client, replay(flags, 10));
    outputs(this.client);
    this.client.shareMemory(this.#memory);
  }

  feed(text: string): void {
    this.client.handleBytes(3, new TextEncoder().encode(text));
    outputs(this.client);
  }

  flag(key: string): NativeFlag {
    return this.client.resolve(key)!;
  }

  write(...texts: (string | undefined)[]): void {
    for (const [place, text] of texts.entries()) {
      this.bytes(place, text === undefined ? [] : [...new TextEncoder().encode(text)], text === undefined ? -1 : undefined);
    }
  }

  bytes(place: number, bytes: readonly number[], length = bytes.length): void {
    new Int32Array(this.#memory)[place] = length;
    new Uint8Array(this.#memory, 4 * PLACES + ROOM * place, ROOM).set(bytes);
  }
}

test('what is written is answered as what is handed over', () => {
  const memory = new Memory(TARGETED);
  const flag = memory.flag('targeted');
  for (let user = 0; user < 100; user += 1) {
    for (const [plan, country] of [['pro', undefined], ['free', 'NO'], ['free', 'SE'], [undefined, undefined], ['', '']]) {
      memory.write(`user-${user}`, plan, country);
      same(flag.evaluateWritten!(), flag.evaluate(`user-${user}`, { plan, country }));
    }
  }
  memory.write(undefined, 'free', 'SE');
  same(flag.evaluateWritten!(), flag.evaluate(undefined, {}));
});

test('only flags that are found after the memory is shared read it', () => {
  const client = createClient();
  openStream(client, replay([TARGETED], 10));
  same(client.resolve('targeted')!.evaluateWritten === undefined, true);
});

test('texts that were written for other rules are not used', () => {
  const memory = new Memory(TARGETED, { key: 'other', is_enabled: true });
  const flag = memory.flag('targeted');
  memory.write('u', 'pro', 'SE');
  const yes = flag.evaluateWritten!();
  // Another flag's change makes the handle stale, and nothing else.
  memory.feed(upsert({ key: 'other', is_enabled: false }, 11));
  same(flag.evaluateWritten!(), yes);
  memory.feed(upsert({ ...TARGETED, rules: [rule('tier', 'pro'), rule('plan', 'SE')] }, 12));
  same(flag.evaluateWritten!(), -1);
  // Also after it was found again in the other way.
  flag.evaluate('u', {});
  same(flag.evaluateWritten!(), -1);
  const again = memory.flag('targeted');
  same(again.evaluateWritten!(), yes);
  memory.feed('id: e:13\ndata: {"type":"DELETE","key":"targeted"}\n\n');
  same(again.evaluateWritten!(), 0);
});

test('whatever lengths and bytes stand there, nothing else is read', () => {
  const memory = new Memory(TARGETED);
  const flag = memory.flag('targeted');
  const error = (bits: number): boolean => ((bits >> 1) & 7) === 5;
  for (const length of [65, 1_000_000, 2 ** 31 - 1]) {
    memory.write('u', undefined, undefined);
    memory.bytes(0, [...'x'.repeat(ROOM)].map((character) => character.charCodeAt(0)), length);
    same(flag.evaluateWritten!(), flag.evaluate('x'.repeat(ROOM), {}));
  }
  memory.write('u', 'pro');
  memory.bytes(1, [0xff, 0x80, 0xc3]);
  same(error(flag.evaluateWritten!()), true);
  memory.bytes(1, [], -(2 ** 31));
  same(error(flag.evaluateWritten!()), false);
});

test('a freed client does not read it, and neither does a flag with too many attributes', () => {
  const many = Array.from({ length: PLACES }, (_, index) => rule(`name-${index}`, 'yes'));
  const memory = new Memory(TARGETED, { key: 'many', is_enabled: true, rules: many });
  const [targeted, tooMany] = [memory.flag('targeted'), memory.flag('many')];
  same(tooMany.evaluateWritten!(), -1);
  memory.client.free();
  same(targeted.evaluateWritten!(), -1);
});

test('memory that cannot be used is refused in words', () => {
  const share = (memory: unknown): string => thrown(() => (createClient() as unknown as { shareMemory(memory: unknown): void }).shareMemory(memory));
  const right = `it must be an ArrayBuffer of at least ${SIZE} bytes, whose length is fixed`;
  for (const none of [undefined, null, 7, {}, new Uint8Array(SIZE), new ArrayBuffer(SIZE - 1)]) {
    same(share(none).endsWith(right), true, share(none));
  }
});
