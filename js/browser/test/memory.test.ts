// The memory of an instance: small to begin with, and flat however much is asked and however often flags change.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openStream, outputs, replay, upsert, type WireFlag } from '../../shared/test/support/stream.js';
import { WasmClient } from '../ts/client.js';
import { engineOf, type Exports, type WasmEngine } from '../ts/engine.js';
import { MODULE } from './support/module.js';

const MIB = 1 << 20;
const rule = (attribute: string): object => ({ attribute, operator: 'Equals', values: ['a', 'b', 'c', 'd'].map((value) => `${attribute}-${value}`) });
const flag = (number: number): WireFlag => ({
  key: `flag-${number}`,
  is_enabled: true,
  rollout_percentage: number % 100,
  description: 'A flag that some users see before the others do',
  rules: [rule('email')],
  revision: number + 1,
  created_at: '2026-01-02T03:04:05.678Z',
  updated_at: '2026-01-02T03:04:05.678Z',
});
const FLAGS = Array.from({ length: 1_000 }, (_, number) => flag(number));

/** A client whose engine the test itself feeds. */
class Fed extends WasmClient {
  constructor(engine: WasmEngine) {
    super('', '', { wasm: MODULE });
    this.engine = engine;
  }
}

function instance(): { wasm: Exports; engine: WasmEngine; client: Fed; size(): number } {
  const wasm = new WebAssembly.Instance(MODULE).exports as unknown as Exports;
  const engine = engineOf(wasm);
  return { wasm, engine, client: new Fed(engine), size: () => wasm.memory.buffer.byteLength };
}

describe('the memory of an instance', () => {
  it('with 1,000 flags is at most 2 MiB', () => {
    const { engine, size } = instance();
    openStream(engine, replay(FLAGS, 1_000));
    outputs(engine);
    assert.equal(engine.revision(), 1_000);
    assert.ok(size() <= 2 * MIB, `${size()} bytes`);
  });

  it('is as small with all flags read, and as a snapshot for other tabs', () => {
    const { engine, size } = instance();
    openStream(engine, replay(FLAGS, 1_000));
    outputs(engine);
    for (let time = 0; time < 10; time += 1) {
      assert.ok(engine.flagsJson().length > 300_000 && (engine.exportSnapshot()?.length ?? 0) > 300_000);
      outputs(engine);
    }
    assert.ok(size() <= 2 * MIB, `${size()} bytes`);
  });

  it('does not grow over 10,000 changes and replays in between', () => {
    const { engine, size } = instance();
    openStream(engine, replay(FLAGS, 1_000));
    const change = (revision: number): void => {
      engine.handleBytes(3, Buffer.from(upsert(flag(revision % 1_000), revision)));
      if (revision % 1_000 === 0) engine.handleBytes(3, Buffer.from(replay(FLAGS, revision)));
      outputs(engine);
    };
    for (let revision = 1_001; revision <= 3_000; revision += 1) change(revision);
    const before = size();
    for (let revision = 3_001; revision <= 13_000; revision += 1) change(revision);
    assert.equal(engine.revision(), 13_000);
    assert.equal(size(), before);
  });

  it('does not grow over 10,000,000 evaluations', () => {
    const { engine, client, size } = instance();
    openStream(engine, replay(FLAGS, 1_000));
    outputs(engine);
    const users = Array.from({ length: 1_000 }, (_, index) => `user-${index}-${'x'.repeat(index % 60)}${index % 7 > 0 ? '' : 'ä'}`);
    const attributes = { email: 'somebody@acme.com' };
    const ask = (count: number): number => {
      let on = 0;
      for (let index = 0; index < count; index += 1) {
        on += client.ask(`flag-${index % 10}`, users[index % 1_000], attributes, false) & 1;
      }
      return on;
    };
    ask(100_000);
    const before = size();
    const on = ask(10_000_000);
    assert.ok(on > 0 && on < 10_000_000);
    assert.equal(size(), before);
  });

  it('grows for a long text, and has the right answer after it', () => {
    const { engine, client, size } = instance();
    openStream(engine, replay([{ key: 'a', is_enabled: true, rollout_percentage: 0, rules: [{ attribute: 'name', operator: 'EndsWith', values: ['!'] }] }], 1));
    outputs(engine);
    const before = size();
    const on = (name: string): boolean => (client.ask('a', 'u', { name }, false) & 1) === 1;
    for (const length of [10, 100, 10_000, 1_000_000, 5_000_000, 10]) {
      assert.deepEqual([on(`${'x'.repeat(length)}!`), on(`${'ä'.repeat(length)}!`), on('x'.repeat(length)), on('!')], [true, true, false, true], String(length));
    }
    assert.ok(size() > before);
  });

  it('may grow amid a question, by what a getter does', () => {
    const { engine, client, wasm } = instance();
    const names = ['a', 'b', 'c'];
    const rules = names.map((name) => ({ attribute: name, operator: 'Equals', values: ['yes'] }));
    openStream(engine, replay([{ key: 'a', is_enabled: true, rollout_percentage: 0, rules }], 1));
    outputs(engine);
    for (const [b, c, expected] of [['yes', 'no', 1], ['no', 'yes', 1], ['no', 'no', 0], [undefined, undefined, 0]] as const) {
      const attributes = {
        a: 'no',
        get b() {
          wasm.memory.grow(1);
          engine.flagsJson();
          return b;
        },
        get c() {
          client.ask('a', 'other', { a: 'yes', b: 'yes', c: 'yes' }, false);
          return c;
        },
      };
      assert.equal(client.ask('a', 'u', attributes, false) & 1, expected);
    }
  });
});
