// The vectors that every engine answers alike, held against a binding. It knows no test runner and no platform, so that it
// runs wherever a binding does.

import { type Engine, ERROR, STATUSES, WAKE_AT } from '../../src/engine.js';
import type { Evaluation } from '../../src/evaluation.js';
import { openStream, outputs, replay, type WireFlag } from './stream.js';
import { bytesOf, same, type Template } from './values.js';
import { replaySession, type Session } from './sessions.js';

/** What is held against the vectors. */
export interface Binding {
  /** A fresh engine. */
  engine(seedHigh: number, seedLow: number): Engine;
  /** The packed answer of a flag where it is the same for everyone, else -1. */
  fixed(engine: Engine, flagKey: string): number;
  /** Whether it says why it refuses a text, and not only where. */
  readonly saysWhy: boolean;
  /** The shipped client with these flags. */
  clientWith(flags: readonly WireFlag[]): Promise<Client>;
}

interface Client {
  isEnabled(flagKey: string, userKey: string, attributes?: Record<string, string>, defaultValue?: boolean): boolean;
  evaluate(flagKey: string, userKey: string, attributes?: Record<string, string>, defaultValue?: boolean): Evaluation;
  forUser(
    userKey: string,
    attributes?: Record<string, string>,
  ): { isEnabled(flagKey: string, defaultValue?: boolean): boolean; evaluate(flagKey: string, defaultValue?: boolean): Evaluation };
}

/** Holds one case against a binding; throws where they differ. */
type Check<Case> = (vector: Case, binding: Binding) => void | Promise<void>;

/** A file of vectors, read. */
export interface VectorFile {
  readonly cases: readonly { readonly name: string }[];
}

/** Runs every case of a file. */
export async function checkFile(name: string, { cases }: VectorFile, binding: Binding): Promise<void> {
  const check = CHECKS[name];
  if (check === undefined) throw new Error(`nothing here reads the vectors ${name}`);
  for (const vector of cases) {
    try {
      await check(vector as never, binding);
    } catch (error) {
      throw new Error(`${name}: ${vector.name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** The hash is seen by nobody outside of the engine; the buckets show it. */
export const UNSEEN = ['murmur3'];

interface EvaluationCase {
  readonly flags: readonly WireFlag[];
  readonly flag_key: string;
  readonly user_key: string;
  readonly attributes: Record<string, string>;
  readonly default_value: boolean;
  readonly expect: { enabled: boolean; reason: string; rule_index: number | null; bucket_thousandths: number | null };
  readonly static_answer: boolean | null;
}

const evaluation: Check<EvaluationCase> = async (vector, binding) => {
  const { flag_key: flagKey, user_key: userKey, attributes, default_value: defaultValue, expect } = vector;
  // Of two with one key the later counts, as in a store.
  const flags = [...new Map(vector.flags.map((flag) => [flag.key, flag])).values()];
  const client = await binding.clientWith(flags);
  const bound = client.forUser(userKey, attributes);
  const bucket = expect.bucket_thousandths === null ? null : expect.bucket_thousandths / 1000;
  for (const answer of [client.evaluate(flagKey, userKey, attributes, defaultValue), bound.evaluate(flagKey, defaultValue)]) {
    const { revision: _, ...said } = answer;
    same(said, { enabled: expect.enabled, reason: expect.reason, ruleIndex: expect.rule_index, bucket });
  }
  same(client.isEnabled(flagKey, userKey, attributes, defaultValue), expect.enabled);
  same(bound.isEnabled(flagKey, defaultValue), expect.enabled);
  const engine = binding.engine(1, 2);
  openStream(engine, replay(flags, 100));
  const fixed = binding.fixed(engine, flagKey);
  same(fixed < 0 ? null : (fixed & 1) === 1, vector.static_answer);
};

const rules: Check<{ rule: object; attributes: Record<string, string>; matches: boolean }> = async (vector, binding) => {
  const client = await binding.clientWith([{ key: 'flag', is_enabled: true, rollout_percentage: 0, rules: [vector.rule] }]);
  same(client.isEnabled('flag', 'u', vector.attributes), vector.matches);
  same(client.forUser('u', vector.attributes).isEnabled('flag'), vector.matches);
};

interface BucketCase {
  readonly flag_key: string;
  readonly user_key?: string;
  readonly user_key_repeat?: { text: string; times: number };
  readonly bucket_thousandths: number;
  readonly in_rollout: readonly { rollout_thousandths: number | null; enabled: boolean }[];
}

const buckets: Check<BucketCase> = async (vector, binding) => {
  const { text, times } = vector.user_key_repeat ?? { text: vector.user_key ?? '', times: 1 };
  for (const { rollout_thousandths: share, enabled } of vector.in_rollout) {
    const rollout = share === null ? null : share / 1000;
    const client = await binding.clientWith([{ key: vector.flag_key, is_enabled: true, rollout_percentage: rollout }]);
    const answer = client.evaluate(vector.flag_key, text.repeat(times));
    same(answer.enabled, enabled);
    if (answer.reason === 'SPLIT') same(answer.bucket, vector.bucket_thousandths / 1000);
  }
};

interface DocumentCase {
  readonly mode: 'strict' | 'lenient' | 'both';
  readonly accepted: boolean;
  readonly stream?: boolean;
  readonly json?: string;
  readonly json_hex?: string;
  readonly json_template?: Template;
}

const flagJson: Check<DocumentCase> = (vector, binding) => {
  // The stream reads leniently.
  if (vector.mode === 'strict') return;
  const bytes = bytesOf({ text: vector.json, hex: vector.json_hex, template: vector.json_template });
  // What is no UTF-8 is mended here as the stream's parser does it. A line end within the document would end its line on
  // the stream: each line is a data field of its own.
  const lines = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split(/\r\n|\r|\n/);
  const data = lines.map((line) => `data: ${line}\n`).join('');
  const [before, after] = replay([''], 1).split('data: {"type":"UPSERT","flag":}\n\n') as [string, string];
  const engine = binding.engine(1, 2);
  openStream(engine, `${before}data: {"type":"UPSERT","flag":\n${data}data: }\n\n${after}`);
  const code = errorCode(engine);
  if (!(vector.stream ?? vector.accepted)) {
    same(code, 'INVALID_STREAM');
    same(engine.flagsJson(), '[]');
    return;
  }
  same(code, undefined);
  // A client keeps what it is sent, a tab for each line's end; the canonical form is for servers.
  same(engine.flagsJson(), `[${lines.join('\t').replace(/^[ \t]+|[ \t]+$/g, '')}]`);
};

/** A heartbeat is held against the digest. */
const digest: Check<{ flags: readonly (readonly [string, number])[]; digest: string }> = ({ flags, digest }, binding) => {
  const revision = Math.max(0, ...flags.map(([, revision]) => revision));
  const all = flags.map(([key, revision]) => ({ key, is_enabled: true, revision }));
  for (const [said, code] of [[digest, undefined], ['0123456789abcdef', 'DIVERGED']] as const) {
    const engine = binding.engine(1, 2);
    openStream(engine, replay(all, revision), `event: heartbeat\ndata: {"revision":${revision},"digest":"${said}"}\n\n`);
    same(errorCode(engine), code);
  }
};

interface StreamCase {
  readonly input_b64: string;
  readonly events: readonly { type: string }[];
  readonly retry?: number;
}

/** As far as an engine shows what it reads. */
const sseParse: Check<StreamCase> = ({ input_b64: b64, events, retry }, binding) => {
  const bytes = bytesOf({ b64 });
  // None of these may come first on a stream; the engine ignores all others but the start of a replay.
  const isReplay = events.some(({ type }) => type === 'connected');
  const isFault = events.some(({ type }) => ['message', 'ready', 'resumed'].includes(type));
  let whole: object | undefined;
  const cuts = [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))];
  for (let at = 1; at < bytes.length; at += 1) cuts.push([bytes.subarray(0, at), bytes.subarray(at)]);
  for (const pieces of cuts) {
    const engine = binding.engine(1, 2);
    openStream(engine, ...pieces);
    const code = errorCode(engine);
    whole ??= { ...stateOf(engine), code };
    same({ ...stateOf(engine), code }, whole);
    if (isReplay) continue;
    same(code, isFault ? 'INVALID_STREAM' : undefined);
    if (isFault || retry === undefined) continue;
    engine.handleDisconnected(2);
    const wake = outputs(engine).find((output) => output.kind === WAKE_AT)?.number ?? Number.NaN;
    const least = 2 + Math.min(retry, 30_000);
    // The first attempt began at 0, and the second is polite.
    same(wake >= least && wake <= Math.max(least, 1_000) + 1_000, true);
  }
};

/** On the event that completes a replay. */
const eventId: Check<{ text: string; valid: boolean; revision?: number }> = ({ text, valid, revision = 1 }, binding) => {
  // An event stream cannot say these in an id.
  if (/[\0\r\n]/.test(text)) return;
  const engine = binding.engine(1, 2);
  openStream(engine, `event: connected\ndata: true\n\nid: ${text}\nevent: ready\ndata: {"revision":${revision},"flags":0}\n\n`);
  same(STATUSES[engine.status()], valid ? 'ready' : 'connecting');
  if (valid) same(engine.exportSnapshot()?.includes(`\nid: ${text}\n`), true);
};

/** Whole and with their bytes one by one. */
const syncSession: Check<Session> = (session, { engine }) => {
  replaySession(session, engine, (bytes) => [bytes]);
  if (session.any_cut) {
    replaySession(session, engine, (bytes) => (bytes.length === 0 ? [bytes] : [...bytes].map((byte) => Uint8Array.of(byte))));
  }
};

interface SnapshotCase {
  readonly text: string;
  readonly outcome: 'accepted' | 'refused';
  readonly error_contains?: string;
  readonly id?: string | null;
  readonly flags?: readonly (readonly [string, number])[];
  readonly export?: string;
}

const snapshot: Check<SnapshotCase> = (vector, binding) => {
  const engine = binding.engine(1, 2);
  let refused: string | undefined;
  try {
    same(engine.importSnapshot(vector.text), true);
  } catch (error) {
    refused = (error as Error).message;
  }
  if (vector.outcome === 'refused') {
    same(Boolean(refused?.includes((binding.saysWhy && vector.error_contains) || '')), true);
    same(stateOf(engine), { flags: [], id: null, status: 'CONNECTING' });
    return;
  }
  same(refused, undefined);
  same(stateOf(engine), { flags: vector.flags, id: vector.id, status: 'STALE' });
  same(engine.exportSnapshot(), vector.export ?? vector.text);
};

const CHECKS: Readonly<Record<string, Check<never>>> = {
  evaluation,
  rules,
  buckets,
  flag_json: flagJson,
  digest,
  sse_parse: sseParse,
  event_id: eventId,
  sync_session: syncSession,
  sync_retry: syncSession,
  snapshot,
};

function errorCode(engine: Engine): string | undefined {
  return outputs(engine).find(({ kind }) => kind === ERROR)?.text.split(' ')[0];
}

/** The flags and the status, in the words of the vectors. */
export function stateOf(engine: Engine): { flags: [string, number][]; id: string | null; status: string | undefined } {
  const flags = JSON.parse(engine.flagsJson()) as { key: string; revision: number }[];
  return {
    flags: flags.map(({ key, revision }) => [key, revision]),
    id: /^id: (.*)$/m.exec(engine.exportSnapshot() ?? '')?.[1] ?? null,
    status: STATUSES[engine.status()]?.toUpperCase(),
  };
}
