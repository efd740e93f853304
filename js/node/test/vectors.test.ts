// The vectors that every engine answers alike, through the shipped addon and, where it can be seen there, the client.

import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { Output } from '../../shared/src/engine.js';
import type { NativeClient } from '../ts/native.js';
import { createNative, nativeWith, outputs, replay } from './support/engine.js';
import { clientWith } from './support/offline.js';

const FOLDER = resolve(__dirname, '../../../core-nostd/tests/vectors');

interface File<Case> {
  readonly cases: readonly (Case & { readonly name: string })[];
}

function load<Case>(name: string): File<Case>['cases'] {
  const { cases } = JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), 'utf8')) as File<Case>;
  return cases;
}

const INDEX = JSON.parse(readFileSync(resolve(FOLDER, 'index.json'), 'utf8')) as {
  readonly files: readonly { readonly name: string; readonly cases: number }[];
};
/** The hash is seen by nobody outside of the engine; the buckets show it. */
const UNSEEN = ['murmur3'];
const replayed = new Set(UNSEEN);

/** Runs every case of a file. */
async function each<Case>(name: string, act: (vector: Case) => void | Promise<void>): Promise<void> {
  const vectors = load<Case>(name);
  assert.equal(vectors.length, INDEX.files.find((file) => file.name === name)?.cases);
  replayed.add(name);
  for (const vector of vectors) {
    try {
      await act(vector);
    } catch (error) {
      throw new Error(`${name}: ${vector.name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

interface Template {
  readonly prefix: string;
  readonly repeat: string;
  readonly separator: string;
  readonly times: number;
  readonly suffix: string;
}

function expand({ prefix, repeat, separator, times, suffix }: Template): string {
  return prefix + Array.from({ length: times }, () => repeat).join(separator) + suffix;
}

describe('the vectors', () => {
  it('of evaluation', async () => {
    interface Evaluation {
      readonly flags: readonly { key: string }[];
      readonly flag_key: string;
      readonly user_key: string;
      readonly attributes: Record<string, string>;
      readonly default_value: boolean;
      readonly expect: { enabled: boolean; reason: string; rule_index: number | null; bucket_thousandths: number | null };
      readonly static_answer: boolean | null;
    }
    await each<Evaluation>('evaluation', async (vector) => {
      const { flag_key: flagKey, user_key: userKey, attributes, default_value: defaultValue, expect } = vector;
      // Of two with one key the later counts, as in a store.
      const flags = [...new Map(vector.flags.map((flag) => [flag.key, flag])).values()];
      const client = await clientWith(flags);
      const bound = client.forUser(userKey, attributes);
      const bucket = expect.bucket_thousandths === null ? null : expect.bucket_thousandths / 1000;
      for (const answer of [client.evaluate(flagKey, userKey, attributes, defaultValue), bound.evaluate(flagKey, defaultValue)]) {
        const { revision: _, ...said } = answer;
        assert.deepEqual(said, { enabled: expect.enabled, reason: expect.reason, ruleIndex: expect.rule_index, bucket });
      }
      assert.equal(client.isEnabled(flagKey, userKey, attributes, defaultValue), expect.enabled);
      assert.equal(bound.isEnabled(flagKey, defaultValue), expect.enabled);
      const fixed = nativeWith(flags).resolve(flagKey)?.fixed ?? -1;
      assert.equal(fixed < 0 ? null : (fixed & 1) === 1, vector.static_answer);
    });
  });

  it('of rules', async () => {
    await each<{ rule: object; attributes: Record<string, string>; matches: boolean }>('rules', async (vector) => {
      const client = await clientWith([{ key: 'flag', is_enabled: true, rollout_percentage: 0, rules: [vector.rule] }]);
      assert.equal(client.isEnabled('flag', 'u', vector.attributes), vector.matches);
      assert.equal(client.forUser('u', vector.attributes).isEnabled('flag'), vector.matches);
    });
  });

  it('of buckets', async () => {
    interface Bucket {
      readonly flag_key: string;
      readonly user_key?: string;
      readonly user_key_repeat?: { text: string; times: number };
      readonly bucket_thousandths: number;
      readonly in_rollout: readonly { rollout_thousandths: number | null; enabled: boolean }[];
    }
    await each<Bucket>('buckets', async (vector) => {
      const { text, times } = vector.user_key_repeat ?? { text: vector.user_key ?? '', times: 1 };
      for (const { rollout_thousandths: share, enabled } of vector.in_rollout) {
        const rollout = share === null ? null : share / 1000;
        const client = await clientWith([{ key: vector.flag_key, is_enabled: true, rollout_percentage: rollout }]);
        const answer = client.evaluate(vector.flag_key, text.repeat(times));
        assert.equal(answer.enabled, enabled);
        if (answer.reason === 'SPLIT') assert.equal(answer.bucket, vector.bucket_thousandths / 1000);
      }
    });
  });

  it('of flag documents, which the stream reads leniently', async () => {
    interface Document {
      readonly mode: 'strict' | 'lenient' | 'both';
      readonly accepted: boolean;
      readonly json?: string;
      readonly json_hex?: string;
      readonly json_template?: Template;
      readonly canonical?: string;
      readonly canonical_template?: Template;
    }
    await each<Document>('flag_json', (vector) => {
      if (vector.mode === 'strict') return;
      const json =
        vector.json_hex === undefined
          ? Buffer.from(vector.json_template ? expand(vector.json_template) : (vector.json ?? ''))
          : Buffer.from(vector.json_hex, 'hex');
      // The stream's parser mends what is no UTF-8 before anybody reads it as JSON.
      if (!isUtf8(json)) return;
      // In a change the flag stands one level deeper, so the deepest that is allowed by itself is too deep there.
      if (vector.accepted && depthOf(JSON.parse(json.toString())) >= DEEPEST) return;
      const native = createNative();
      native.start(0);
      native.handleConnected(1, 200, 'text/event-stream', undefined);
      // A line end within the document would end its line on the stream: each line is a data field of its own.
      const data = Buffer.from(json.toString('latin1').split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`).join(''), 'latin1');
      const [before, after] = replay([''], 1).split('data: {"type":"UPSERT","flag":}\n\n') as [string, string];
      const open = Buffer.from('data: {"type":"UPSERT","flag":\n');
      native.handleBytes(2, Buffer.concat([Buffer.from(before), open, data, Buffer.from('data: }\n\n'), Buffer.from(after)]));
      const error = outputs(native).find((output) => output.kind === 'error');
      if (!vector.accepted) {
        assert.equal(error?.kind === 'error' && error.code, 'INVALID_STREAM');
        assert.equal(native.flagsJson(), '[]');
        return;
      }
      const canonical = vector.canonical_template ? expand(vector.canonical_template) : vector.canonical;
      assert.equal(error, undefined);
      assert.equal(native.flagsJson(), `[${canonical}]`);
    });
  });

  it('of digests, which a heartbeat is held against', async () => {
    await each<{ flags: readonly (readonly [string, number])[]; digest: string }>('digest', ({ flags, digest }) => {
      const revision = Math.max(0, ...flags.map(([, revision]) => revision));
      const all = flags.map(([key, revision]) => ({ key, is_enabled: true, revision }));
      for (const [said, code] of [[digest, undefined], ['0123456789abcdef', 'DIVERGED']] as const) {
        const native = nativeWith(all, revision);
        native.handleBytes(3, Buffer.from(`event: heartbeat\ndata: {"revision":${revision},"digest":"${said}"}\n\n`));
        const error = outputs(native).find((output) => output.kind === 'error');
        assert.equal(error?.kind === 'error' ? error.code : undefined, code);
      }
    });
  });

  it('of event streams, as far as an engine shows what it reads', async () => {
    interface Stream {
      readonly input_b64: string;
      readonly events: readonly { type: string }[];
      readonly retry?: number;
    }
    await each<Stream>('sse_parse', ({ input_b64: input, events, retry }) => {
      const bytes = Buffer.from(input, 'base64');
      // None of these may come first on a stream; the engine ignores all others but the start of a replay.
      const isReplay = events.some(({ type }) => type === 'connected');
      const isFault = events.some(({ type }) => ['message', 'ready', 'resumed'].includes(type));
      let whole: object | undefined;
      const cuts = [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))];
      for (let at = 1; at < bytes.length; at += 1) cuts.push([bytes.subarray(0, at), bytes.subarray(at)]);
      for (const pieces of cuts) {
        const native = createNative();
        native.start(0);
        native.handleConnected(0, 200, 'text/event-stream', undefined);
        for (const piece of pieces) native.handleBytes(0, piece);
        const error = outputs(native).find((output) => output.kind === 'error');
        const code = error?.kind === 'error' ? error.code : undefined;
        whole ??= { ...stateOf(native), code };
        assert.deepEqual({ ...stateOf(native), code }, whole);
        if (isReplay) continue;
        assert.equal(code, isFault ? 'INVALID_STREAM' : undefined);
        if (isFault || retry === undefined) continue;
        native.handleDisconnected(0);
        const wake = outputs(native).find((output) => output.kind === 'wakeAt');
        const least = Math.min(retry, 30_000);
        assert.ok(wake?.kind === 'wakeAt' && wake.at >= least && wake.at <= least + 1_000);
      }
    });
  });

  it('of event ids, on the event that completes a replay', async () => {
    await each<{ text: string; valid: boolean; revision?: number }>('event_id', ({ text, valid, revision = 1 }) => {
      // An event stream cannot say these in an id.
      if (/[\0\r\n]/.test(text)) return;
      const native = createNative();
      native.start(0);
      native.handleConnected(1, 200, 'text/event-stream', undefined);
      const ready = `event: connected\ndata: true\n\nid: ${text}\nevent: ready\ndata: {"revision":${revision},"flags":0}\n\n`;
      native.handleBytes(2, Buffer.from(ready));
      assert.equal(native.status(), valid ? 'ready' : 'connecting');
      if (valid) assert.ok(native.exportSnapshot()?.includes(`\nid: ${text}\n`));
    });
  });

  it('of sessions, whole and with their bytes one by one', async () => {
    await each<Session>('sync_session', (session) => {
      replaySession(session, (bytes) => [bytes]);
      if (session.any_cut) replaySession(session, (bytes) => (bytes.length === 0 ? [bytes] : [...bytes].map((byte) => Uint8Array.of(byte))));
    });
  });

  it('of snapshots', async () => {
    interface Snapshot {
      readonly text: string;
      readonly outcome: 'accepted' | 'refused';
      readonly error_contains?: string;
      readonly id?: string | null;
      readonly flags?: readonly (readonly [string, number])[];
      readonly export?: string;
    }
    await each<Snapshot>('snapshot', (vector) => {
      const native = createNative();
      if (vector.outcome === 'refused') {
        assert.throws(
          () => native.importSnapshot(vector.text),
          ({ message }: Error) => message !== '' && message.includes(vector.error_contains ?? ''),
        );
        assert.deepEqual(stateOf(native), { flags: [], id: null, status: 'CONNECTING' });
        return;
      }
      assert.equal(native.importSnapshot(vector.text), true);
      assert.deepEqual(stateOf(native), { flags: vector.flags, id: vector.id, status: 'STALE' });
      assert.equal(native.exportSnapshot(), vector.export ?? vector.text);
    });
  });

  it('are all of those that there are', () => {
    assert.deepEqual([...replayed].sort(), INDEX.files.map(({ name }) => name).sort());
  });
});

const DEEPEST = 32;

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

interface Step {
  readonly at: number;
  readonly do: 'start' | 'connected' | 'bytes' | 'disconnected' | 'timeout' | 'close' | 'import';
  readonly status?: number;
  readonly content_type?: string;
  readonly retry_after?: string;
  readonly text?: string;
  readonly b64?: string;
  readonly text_template?: Template;
  readonly accepted?: boolean | 'error';
  readonly outputs: readonly Record<string, unknown>[];
}

interface Session {
  readonly seed: string;
  readonly steps: readonly Step[];
  readonly any_cut?: true;
  readonly flags: readonly (readonly [string, number])[];
  readonly id: string | null;
  readonly status: string;
}

function replaySession({ seed, steps, flags, id, status }: Session, cut: (bytes: Uint8Array) => Uint8Array[]): void {
  const native = createNative(Number.parseInt(seed.slice(0, 8), 16), Number.parseInt(seed.slice(8), 16));
  for (const [number, step] of steps.entries()) {
    const said: Output[] = [];
    for (const input of inputs(native, step, cut)) {
      input();
      said.push(...outputs(native));
    }
    assert.deepEqual(joined(said), step.outputs, `step ${number}`);
  }
  assert.deepEqual(stateOf(native), { flags, id, status });
}

function inputs(native: NativeClient, step: Step, cut: (bytes: Uint8Array) => Uint8Array[]): (() => void)[] {
  const { at } = step;
  switch (step.do) {
    case 'start':
      return [() => native.start(at)];
    case 'connected':
      return [() => native.handleConnected(at, step.status ?? 0, step.content_type, step.retry_after)];
    case 'bytes':
      return cut(bytesOf(step)).map((bytes) => () => native.handleBytes(at, bytes));
    case 'disconnected':
      return [() => native.handleDisconnected(at)];
    case 'timeout':
      return [() => native.handleTimeout(at)];
    case 'close':
      return [() => native.close()];
    case 'import':
      return [
        () => {
          if (step.accepted === 'error') assert.throws(() => native.importSnapshot(step.text ?? ''));
          else assert.equal(native.importSnapshot(step.text ?? ''), step.accepted);
        },
      ];
  }
}

function bytesOf({ text, b64, text_template: template }: Step): Uint8Array {
  if (b64 !== undefined) return Buffer.from(b64, 'base64');
  return Buffer.from(template ? expand(template) : (text ?? ''));
}

/** In the words of the vectors; what several pieces said as one list, by kind, with the changed keys united. */
function joined(said: readonly Output[]): Record<string, unknown>[] {
  const order = ['disconnect', 'connect', 'error', 'flagsChanged', 'statusChanged', 'wakeAt'];
  const keys = new Set(said.flatMap((output) => (output.kind === 'flagsChanged' ? output.keys : [])));
  const first = said.findIndex(({ kind }) => kind === 'flagsChanged');
  const once = said.filter(({ kind }, index) => kind !== 'flagsChanged' || index === first);
  const sorted = once.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return sorted.map((output) => {
    switch (output.kind) {
      case 'disconnect':
        return { disconnect: true };
      case 'connect':
        return { connect: { last_event_id: output.lastEventId ?? null } };
      case 'error':
        return { error: output.code };
      case 'flagsChanged':
        return { flags_changed: [...keys].sort() };
      case 'statusChanged':
        return { status: output.status.toUpperCase() };
      case 'wakeAt':
        return { wake_at: output.at };
    }
  });
}

function stateOf(native: NativeClient): { flags: [string, number][]; id: string | null; status: string } {
  const flags = JSON.parse(native.flagsJson()) as { key: string; revision: number }[];
  return {
    flags: flags.map(({ key, revision }) => [key, revision]),
    id: /^id: (.*)$/m.exec(native.exportSnapshot() ?? '')?.[1] ?? null,
    status: native.status().toUpperCase(),
  };
}
