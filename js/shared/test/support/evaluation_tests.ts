// Whatever a caller passes: the right answer or the default, and never an exception.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Client, clientWith, type Subject } from './subject.js';

const rule = (attribute: string, operator: string, ...values: string[]) => ({ attribute, operator, values });
const only = (key: string, ...rules: object[]) => ({ key, is_enabled: true, rollout_percentage: 0, rules, revision: 5 });
/** Longer than what engines have room for from the start. */
const LONG = 'ä'.repeat(70_000);

const FLAGS = [
  { key: 'off', is_enabled: false, revision: 1 },
  { key: 'on', is_enabled: true, revision: 2 },
  { key: 'half', is_enabled: true, rollout_percentage: 50, revision: 3 },
  only('plan', rule('plan', 'Equals', 'pro', '42', '1.5', 'true', '9007199254740993', '-0', '0')),
  only('not', rule('plan', 'NotEquals', 'pro')),
  only('suffix', rule('email', 'EndsWith', '@acme.com')),
  only('six', ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => rule(name, 'Equals', 'yes'))),
  only('five', ...['a', 'b', 'c', 'd', 'e'].map((name) => rule(name, 'Equals', 'yes'))),
  only('forty', ...Array.from({ length: 40 }, (_, index) => rule(`name-${index}`, 'Equals', 'yes'))),
  only('emoji', rule('name', 'Equals', '😀', 'Zoë', '\u0000')),
  only('replaced', rule('name', 'Contains', '\ufffd')),
  only('proto', rule('constructor', 'NotEquals', 'x'), rule('__proto__', 'NotEquals', 'x'), rule('toString', 'NotEquals', 'x')),
];

// Everything that JavaScript lets through where TypeScript would not.
type Loose = {
  isEnabled(...given: unknown[]): unknown;
  evaluate(...given: unknown[]): { enabled: unknown; reason: string };
  forUser(...given: unknown[]): { isEnabled(...given: unknown[]): unknown; evaluate(...given: unknown[]): { reason: string } };
};

export function evaluationTests(subject: Subject): void {
  describe('an evaluation', () => {
    let client: Client;
    let loose: Loose;
    before(async () => {
      client = await clientWith(subject, FLAGS);
      loose = client as unknown as Loose;
    });

    const bigInts = (...values: bigint[]): bigint[] => (subject.takesBigInts === false ? [] : values);

    /** Asked in each of the four ways. */
    function answers(flag: unknown, user: unknown, attributes: unknown, defaultValue?: unknown): unknown[] {
      const bound = loose.forUser(user, attributes);
      return [
        loose.isEnabled(flag, user, attributes, defaultValue),
        loose.evaluate(flag, user, attributes, defaultValue).enabled,
        bound.isEnabled(flag, defaultValue),
        (bound.evaluate(flag, defaultValue) as { enabled?: unknown }).enabled,
      ];
    }

    function agree(expected: boolean, flag: unknown, user: unknown, attributes: unknown, defaultValue?: unknown): void {
      assert.deepEqual(answers(flag, user, attributes, defaultValue), [expected, expected, expected, expected], String(flag));
    }

    it('says why', () => {
      const none = { ruleIndex: null, bucket: null };
      assert.deepEqual(client.evaluate('no', 'u', {}, true), { enabled: true, reason: 'FLAG_NOT_FOUND', ...none, revision: null });
      assert.deepEqual(client.evaluate('off', 'u', {}, true), { enabled: false, reason: 'DISABLED', ...none, revision: 1 });
      assert.deepEqual(client.evaluate('on', 'u'), { enabled: true, reason: 'STATIC', ...none, revision: 2 });
      assert.deepEqual(client.evaluate('six', 'u', { d: 'yes' }), { enabled: true, reason: 'TARGETING_MATCH', ruleIndex: 3, bucket: null, revision: 5 });
      const { bucket, ...rest } = client.evaluate('half', 'u');
      assert.ok(bucket !== null && bucket >= 0 && bucket < 100);
      assert.deepEqual(rest, { enabled: bucket < 50, reason: 'SPLIT', ruleIndex: null, revision: 3 });
      assert.deepEqual(client.forUser('u').evaluate('half'), client.evaluate('half', 'u'));
    });

    it('takes numbers, booleans and bigints by their JSON text', () => {
      for (const plan of ['pro', 42, 1.5, true, -0, ...bigInts(9007199254740993n)]) agree(true, 'plan', 'u', { plan });
      for (const plan of [43, false, '1.50', 'True']) agree(false, 'plan', 'u', { plan });
    });

    it('takes what has no such text for not given, which no rule matches', () => {
      for (const plan of [null, undefined, Number.NaN, Infinity, {}, [], ['x'], () => 'x', Symbol('x'), new String('x'), new Date()]) {
        agree(false, 'not', 'u', { plan });
      }
      agree(true, 'not', 'u', { plan: '' });
      for (const attributes of [undefined, null, {}, 'text', 7, true, Symbol('x'), [], () => undefined]) agree(false, 'not', 'u', attributes);
    });

    it('takes numbers as user keys, by their text', () => {
      for (const key of [0, 7, -1, 12.5, ...bigInts(123456789012345678901234567890n)]) {
        assert.deepEqual(loose.evaluate('half', key), client.evaluate('half', String(key)));
        assert.deepEqual(loose.forUser(key).evaluate('half'), client.evaluate('half', String(key)));
      }
    });

    it('answers the default where the user key is needed and is none', () => {
      for (const key of [undefined, null, Number.NaN, true, {}, [], Symbol('u'), () => 'u', new Proxy({}, { get: () => assert.fail() })]) {
        for (const defaultValue of [true, false]) agree(defaultValue, 'half', key, {}, defaultValue);
        assert.equal(loose.evaluate('half', key).reason, 'ERROR');
        assert.equal(loose.forUser(key).evaluate('half').reason, 'ERROR');
        agree(true, 'on', key, {}, false);
        agree(false, 'off', key, {}, true);
      }
    });

    it('answers the default for a flag key that is none', () => {
      for (const key of [undefined, null, 7, {}, Symbol('f'), '', 'no such flag', 'ä', '\ud800', LONG]) {
        for (const defaultValue of [true, false]) agree(defaultValue, key, 'u', {}, defaultValue);
      }
    });

    it('counts only true as a default of true', () => {
      for (const given of [undefined, null, 0, 1, 'true', {}]) agree(false, 'no such flag', 'u', {}, given);
      agree(true, 'no such flag', 'u', {}, true);
    });

    it('reads texts of every length and kind', () => {
      agree(true, 'suffix', 'u', { email: `${LONG}@acme.com` });
      agree(true, 'suffix', LONG, { email: 'a@acme.com' });
      for (let length = 0; length < 600; length += 1) {
        agree(true, 'suffix', 'u', { email: `${'x'.repeat(length)}@acme.com` });
        agree(false, 'suffix', 'u', { email: `${'ü'.repeat(length)}@acme.org` });
      }
      for (const name of ['😀', 'Zoë', '\u0000']) agree(true, 'emoji', 'u', { name });
      // Of several representations that V8 has.
      const parts = ['pre', '@acme', '.com'];
      agree(true, 'suffix', 'u', { email: parts.join('') });
      agree(true, 'suffix', 'u', { email: `x${parts[1]}${parts[2]}` });
      agree(true, 'suffix', 'u', { email: 'somebody@acme.com and more'.slice(0, 17) });
      agree(true, 'suffix', 'u', { email: new TextDecoder('utf-16le').decode(Uint16Array.from([...'a@acme.com'], (character) => character.charCodeAt(0))) });
    });

    it('takes a lone surrogate for the replacement character, and the user key alike', () => {
      for (const name of ['\ud83d', 'a\ude00', '\ude00\ud83d', `${LONG}\ud800`]) agree(true, 'replaced', 'u', { name });
      agree(false, 'replaced', 'u', { name: '😀' });
      assert.deepEqual(client.evaluate('half', 'a\ud800b'), client.evaluate('half', 'a\ufffdb'));
      assert.deepEqual(client.forUser('a\ud800b').evaluate('half'), client.evaluate('half', 'a\ufffdb'));
    });

    it('reads only the attributes that the rules name, and each at most once', () => {
      const read: string[] = [];
      const attributes = new Proxy({}, {
        get: (_target, name) => {
          read.push(String(name));
          return undefined;
        },
      });
      client.isEnabled('five', 'u', attributes);
      assert.deepEqual(read, ['a', 'b', 'c', 'd', 'e']);
      read.length = 0;
      client.isEnabled('on', 'u', attributes);
      client.isEnabled('half', 'u', attributes);
      assert.deepEqual(read, []);
    });

    it('answers the default where a getter or a proxy throws', () => {
      const thrower = { get plan(): string { throw new Error('from a getter'); } };
      const { proxy: revoked, revoke } = Proxy.revocable({}, {});
      revoke();
      const trap = new Proxy({}, { get: () => { throw new Error('from a trap'); }, ownKeys: () => { throw new Error('from a trap'); } });
      for (const attributes of [thrower, revoked, trap]) {
        for (const defaultValue of [true, false]) agree(defaultValue, 'not', 'u', attributes, defaultValue);
        assert.equal(loose.evaluate('not', 'u', attributes).reason, 'ERROR');
        agree(true, 'on', 'u', attributes, false);
      }
      assert.equal(client.isEnabled('half', 'u', thrower), client.isEnabled('half', 'u'));
    });

    it('sees what an object inherits', () => {
      agree(true, 'plan', 'u', Object.create({ plan: 'pro' }));
      agree(true, 'plan', 'u', Object.assign(Object.create(null), { plan: 'pro' }));
      class User { plan = 'pro'; }
      agree(true, 'plan', 'u', new User());
      class Computed { get plan(): string { return 'pro'; } }
      assert.equal(loose.isEnabled('plan', 'u', new Computed()), true);
    });

    it('takes the members that every object has for no attributes', () => {
      agree(false, 'proto', 'u', {});
      agree(true, 'proto', 'u', { toString: 'y' });
      agree(true, 'proto', 'u', JSON.parse('{"__proto__": "y"}'));
    });

    it('may be asked from within a getter', () => {
      const attributes = { get plan(): string { return client.isEnabled('suffix', 'u', { email: 'a@acme.com' }) ? 'pro' : 'none'; } };
      agree(true, 'plan', 'u', attributes);
    });

    it('keeps a question apart from one that a getter of its attributes asks', () => {
      const attributes = {
        a: 'no',
        get b(): string {
          assert.equal(client.isEnabled('five', 'other', { a: 'yes', b: 'yes' }), true);
          return 'no';
        },
      };
      agree(false, 'five', 'u', attributes);
    });

    it('takes no text of an earlier question for one of this', () => {
      const asked = (a: unknown) => loose.isEnabled('five', 'u', { a });
      for (const other of [undefined, null, 'no', 'yesyesyesyes', 'yesyesyesyesy', 'yés', 'ye', 'yes!', '', {}]) {
        assert.equal(asked('yes'), true);
        assert.equal(asked(other), false, String(other));
        assert.equal(asked(['y', 'e', 's'].join('')), true);
        assert.equal(loose.isEnabled('five', 'u'), false);
      }
      for (const user of ['a', 'user-1', 'a-long-user-key', 'Zoë', '']) {
        assert.deepEqual(client.evaluate('half', user), client.forUser(user).evaluate('half'), user);
      }
    });

    it('takes a flag that reads many attributes', () => {
      for (let index = 0; index < 40; index += 1) {
        agree(true, 'forty', 'u', { [`name-${index}`]: 'yes', [`name-${(index + 1) % 40}`]: 'no' });
        agree(false, 'forty', 'u', { [`name-${index}`]: 'no' });
      }
      agree(false, 'forty', 'u', undefined);
    });

    it('takes more attributes than fit into one call', () => {
      const many: Record<string, string> = { email: 'a@acme.com' };
      for (let index = 0; index < 300_000; index += 1) many[`name-${index}`] = 'x';
      assert.equal(client.isEnabled('suffix', 'u', many), true);
      assert.equal(typeof client.forUser('u', many).isEnabled('suffix'), 'boolean');
      agree(true, 'six', 'u', { f: 'yes' });
    });

    it('remembers a bound user\'s attributes as they were, however many users there are', () => {
      const attributes = { email: 'a@acme.com' };
      const users = Array.from({ length: 5_000 }, (_, index) => client.forUser(`user-${index}`, index % 2 > 0 ? attributes : {}));
      attributes.email = 'changed';
      for (const [index, user] of users.entries()) {
        assert.equal(user.isEnabled('suffix'), index % 2 > 0);
        assert.equal(user.isEnabled('half'), client.isEnabled('half', `user-${index}`));
      }
    });
  });
}
