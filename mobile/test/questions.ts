// Questions that the vectors do not ask: what is read and what is not, getters that throw or change flags, and wrong types.

import { openStream, outputs, replay, upsert, type WireFlag } from '../../js/shared/test/support/stream.js';
import { same } from '../../js/shared/test/support/values.js';
import { createClient, type NativeClient, type NativeFlag } from './support/host.js';
import { test } from './support/tests.js';

const NOT_FOUND = 0;
const MATCH = 2;
const SPLIT = 3;
const STATIC = 4;
const ERROR = 5;

function rule(attribute: string, value: string): object {
  return { attribute, operator: 'Equals', values: [value] };
}

const TARGETED: WireFlag = {
  key: 'targeted',
  is_enabled: true,
  rollout_percentage: 0,
  rules: [rule('plan', 'pro'), rule('country', 'NO')],
};
const HALF: WireFlag = { key: 'half', is_enabled: true, rollout_percentage: 50 };

function clientWith(...flags: WireFlag[]): NativeClient {
  const client = createClient();
  openStream(client, replay(flags, 10));
  outputs(client);
  return client;
}

function feed(client: NativeClient, text: string): void {
  client.handleBytes(3, new TextEncoder().encode(text));
  outputs(client);
}

function flagOf(client: NativeClient, key = 'targeted'): NativeFlag {
  const flag = client.resolve(key);
  if (flag === undefined) throw new Error(`there is no flag ${key}`);
  return flag;
}

const reason = (bits: number): number => (bits >> 1) & 7;
const isOn = (bits: number): boolean => (bits & 1) === 1;

/** A rule for each value under which the flag is on. */
function sees(value: unknown, text: string): boolean {
  const flag = flagOf(clientWith({ ...TARGETED, rules: [rule('plan', text)] }));
  return isOn(flag.evaluate('u', { plan: value }));
}

test('a flag says what its rules read, and whether its answer is the same for everyone', () => {
  const client = clientWith(TARGETED, HALF, { key: 'off', is_enabled: false, revision: 7 });
  same(flagOf(client).attributes, ['plan', 'country']);
  same(flagOf(client).fixed, -1);
  const off = flagOf(client, 'off');
  same([off.attributes, off.revision, isOn(off.fixed), off.fixed >= 0], [[], 7, false, true]);
  same(client.resolve('none') === undefined, true);
});

test('only what the rules need is read, in their order, and nothing after the first that matches', () => {
  const flag = flagOf(clientWith(TARGETED));
  const read: string[] = [];
  const attributes = new Proxy({ plan: 'free', country: 'NO', email: 'ann@example.org' } as Record<string, string>, {
    get: (target, name) => {
      read.push(String(name));
      return target[name as string];
    },
  });
  same([reason(flag.evaluate('u', attributes)), read], [MATCH, ['plan', 'country']]);
  read.length = 0;
  same([isOn(flag.evaluate('u', new Proxy({ plan: 'pro' } as object, {
    get: (target, name) => {
      read.push(String(name));
      return Reflect.get(target, name);
    },
  }))), read], [true, ['plan']]);
});

test('inherited attributes count', () => {
  const client = clientWith(TARGETED);
  const attributes = Object.create({ plan: 'pro' }) as object;
  same(isOn(flagOf(client).evaluate('u', attributes)), true);
  same(isOn(client.bindUser('u', attributes)('targeted')), true);
});

test('numbers and booleans count as their JSON text', () => {
  const texts: [unknown, string][] = [
    [42, '42'], [-7, '-7'], [-0, '0'], [1.5, '1.5'], [1e21, '1e+21'], [9007199254740991, '9007199254740991'],
    [9007199254740992, '9007199254740992'], [1e-7, '1e-7'], [true, 'true'], [false, 'false'], ['', ''],
  ];
  for (const [value, text] of texts) same(sees(value, text), true, text);
});

test('what has no text is as if it was not given', () => {
  for (const value of [null, undefined, NaN, Infinity, {}, [], Symbol('pro'), () => 'pro']) {
    for (const text of ['null', 'undefined', 'NaN', 'Infinity', '[object Object]', '', 'pro']) same(sees(value, text), false, text);
  }
});

test('texts of every length and every kind of character are read whole', () => {
  const mended: [string, string][] = [
    ['\ud800', '\ufffd'], ['a\udc00b', 'a\ufffdb'], ['\ud83d\ude00\ud83d', '\ud83d\ude00\ufffd'], ['\udc00\ud800', '\ufffd\ufffd'], ['\ud83db', '\ufffdb'],
  ];
  for (const [value, text] of mended) same(sees(value, text), true, JSON.stringify(value));
  for (const text of ['ä', '漢字', '😀', 'a\0b', 'ä'.repeat(200), '😀'.repeat(120), 'x'.repeat(479), 'x'.repeat(480), 'x'.repeat(481)]) {
    same([sees(text, text), sees(`${text}.`, text)], [true, false], `${text.length} of ${text.slice(0, 4)}`);
  }
});

test('attributes of many long texts are all held', () => {
  const names = Array.from({ length: 60 }, (_, index) => `attribute-${index}`);
  const rules = names.map((name) => ({ attribute: name, operator: 'EndsWith', values: [`${name}!`] }));
  const client = clientWith({ ...TARGETED, rules });
  const attributes = Object.fromEntries(names.map((name, index) => [name, 'x'.repeat(index * 7)]));
  const flag = flagOf(client);
  same(isOn(flag.evaluate('u', attributes)), false);
  attributes['attribute-59'] = `${'x'.repeat(300)}attribute-59!`;
  same(flag.evaluate('u', attributes) >> 4, 59);
  same(client.bindUser('u', attributes)('targeted') >> 4, 59);
});

test('attributes whose names are no ASCII are found', () => {
  const client = clientWith({ ...TARGETED, rules: [rule('größe 😀', 'L')] });
  same(isOn(flagOf(client).evaluate('u', { 'größe 😀': 'L' })), true);
  same(isOn(client.bindUser('u', { 'größe 😀': 'L' })('targeted')), true);
});

test('a getter that throws makes an error of the answer, and the default of the answer itself', () => {
  const client = clientWith(TARGETED, HALF, { key: 'on', is_enabled: true });
  const attributes = {
    get plan(): string {
      throw new Error('mine');
    },
    country: 'NO',
  };
  for (const defaultValue of [true, false]) {
    for (const bits of [flagOf(client).evaluate('u', attributes, defaultValue), client.bindUser('u', attributes)('targeted', defaultValue)]) {
      same([reason(bits), isOn(bits)], [ERROR, defaultValue]);
    }
  }
  // Nobody asks for it.
  same(reason(flagOf(client, 'half').evaluate('u', attributes)), SPLIT);
  same(reason(client.bindUser('u', attributes)('on')), STATIC);
  // The next question is answered.
  same(isOn(flagOf(client).evaluate('u', { plan: 'pro' })), true);
});

test('a proxy that refuses everything makes an error of the answer', () => {
  const client = clientWith(TARGETED);
  const refuse = (): never => {
    throw new Error('mine');
  };
  const attributes = new Proxy({}, { get: refuse, ownKeys: refuse, has: refuse, getOwnPropertyDescriptor: refuse });
  same(reason(flagOf(client).evaluate('u', attributes)), ERROR);
  same(isOn(client.bindUser('u', attributes)('targeted', true)), true);
});

test('a getter may ask, change flags and free the client', () => {
  const client = clientWith(TARGETED, HALF);
  const flag = flagOf(client);
  let nested = -1;
  const asking = {
    get plan(): string {
      nested = flag.evaluate('u', { plan: 'pro' });
      return 'free';
    },
    country: 'NO',
  };
  same([reason(flag.evaluate('u', asking)), isOn(nested)], [MATCH, true]);
  // The flag that is being asked about gets other rules: the question is asked anew, by these.
  let read = 0;
  const changing = {
    get plan(): string {
      read += 1;
      if (read === 1) {
        feed(client, upsert({ ...TARGETED, rules: [rule('tier', 'gold'), rule('plan', 'pro')] }, 11));
        same(reason(flag.evaluate('u', {})), STATIC);
      }
      return 'free';
    },
    tier: 'gold',
  };
  same([isOn(flag.evaluate('u', changing)), flag.evaluate('u', changing) >> 4], [true, 0]);
  let revision = 11;
  const alwaysChanging = {
    get tier(): string {
      revision += 1;
      feed(client, upsert(HALF, revision));
      return 'gold';
    },
  };
  same(reason(flag.evaluate('u', alwaysChanging, true)), ERROR);
  const freeing = {
    get tier(): string {
      client.free();
      return 'gold';
    },
  };
  same(isOn(flag.evaluate('u', freeing)), true);
  same(reason(flag.evaluate('u', freeing)), ERROR);
});

test('a flag is asked about while it and others change, come and go', () => {
  const client = clientWith(TARGETED, HALF);
  const flag = flagOf(client);
  const user = client.bindUser('u', { plan: 'pro' });
  let revision = 10;
  const put = (changed: WireFlag): void => feed(client, upsert(changed, (revision += 1)));
  const isOnFor = (plan: string): boolean => isOn(flag.evaluate('u', { plan }));
  for (let round = 0; round < 500; round += 1) {
    put({ ...HALF, key: `other-${round % 7}` });
    same([isOnFor('pro'), isOnFor('free'), isOn(user('targeted'))], [true, false, true]);
    feed(client, `id: e:${(revision += 1)}\ndata: {"type":"DELETE","key":"targeted"}\n\n`);
    same([reason(flag.evaluate('u', { plan: 'pro' }, true)), isOn(flag.evaluate('u', {}, true))], [NOT_FOUND, true]);
    same([reason(user('targeted', true)), isOn(user('targeted', true))], [NOT_FOUND, true]);
    put({ ...TARGETED, rules: [rule('plan', 'free')] });
    same([isOnFor('pro'), isOnFor('free'), isOn(user('targeted'))], [false, true, false]);
    put(TARGETED);
  }
});

test('a stream is taken as text, too', () => {
  const client = createClient();
  openStream(client);
  for (const piece of replay([{ ...TARGETED, rules: [rule('größe 😀', 'L')] }], 10).match(/[^]{1,7}/gu)!) client.handleBytes(2, piece as never);
  same([client.revision(), isOn(flagOf(client).evaluate('u', { 'größe 😀': 'L' }))], [10, true]);
});

test('a full replay that moves every flag is followed', () => {
  const client = clientWith(TARGETED, HALF);
  const flag = flagOf(client);
  const moved: WireFlag = { ...TARGETED, rules: [rule('tier', 'gold')] };
  // Of another history, at the same revision.
  feed(client, replay([HALF, { key: 'a', is_enabled: true }, moved], 10, 'other'));
  same([isOn(flag.evaluate('u', { tier: 'gold' })), isOn(flag.evaluate('u', { plan: 'pro' }))], [true, false]);
});

test('a question with wrong types is answered', () => {
  const client = clientWith(TARGETED, HALF);
  const half = flagOf(client, 'half');
  for (const userKey of [undefined, null, true, {}, [], Symbol('u'), NaN, () => 'u']) {
    same([reason(half.evaluate(userKey, {}, true)), isOn(half.evaluate(userKey, {}, true))], [ERROR, true], String(typeof userKey));
    same(reason(client.bindUser(userKey)('half')), ERROR);
  }
  same(half.evaluate(17), half.evaluate('17'));
  same(reason(half.evaluate(undefined)), ERROR);
  for (const attributes of [undefined, null, 1, 'plan', Symbol('plan'), true]) {
    same(isOn(flagOf(client).evaluate('u', attributes)), false);
    same(isOn(client.bindUser('u', attributes)('targeted')), false);
  }
  for (const defaultValue of [1, 'true', {}, null]) same(isOn(half.evaluate(undefined, {}, defaultValue)), false);
  for (const flagKey of [undefined, 1, {}, null]) same(reason(client.bindUser('u')(flagKey as string)), ERROR);
});

test('a million questions are answered', () => {
  const client = clientWith(TARGETED, HALF);
  const [targeted, half] = [flagOf(client), flagOf(client, 'half')];
  const attributes = { plan: 'free', country: 'NO' };
  let on = 0;
  for (let round = 0; round < 500_000; round += 1) {
    if (isOn(half.evaluate(`user-${round}`))) on += 1;
    if (!isOn(targeted.evaluate('u', attributes))) throw new Error(`question ${round}`);
  }
  // Half of the users, give or take what chance allows.
  same(on > 248_000 && on < 252_000, true);
});
