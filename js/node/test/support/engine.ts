// The shipped addon by itself, fed with a stream by hand.

import { addon } from '../../ts/addon.js';
import type { NativeClient } from '../../ts/native.js';
import type { Output } from '../../../shared/src/engine.js';

export interface WireFlag {
  readonly key: string;
  readonly revision?: number;
  readonly [field: string]: unknown;
}

/** A client of the addon, as the TypeScript makes it. */
export function createNative(seedHigh = 1, seedLow = 2): NativeClient {
  return addon.createClient(seedHigh, seedLow);
}

/** One that has these flags from a stream. */
export function nativeWith(flags: readonly (WireFlag | string)[], revision = 100): NativeClient {
  const native = createNative();
  native.start(0);
  native.handleConnected(1, 200, 'text/event-stream', undefined);
  native.handleBytes(2, Buffer.from(replay(flags, revision)));
  return native;
}

/** A replay as the server sends it. A flag that is a text stands as it is. */
export function replay(flags: readonly (WireFlag | string)[], revision: number, epoch = 'e'): string {
  const upserts = flags.map((flag) => `data: {"type":"UPSERT","flag":${typeof flag === 'string' ? flag : JSON.stringify(flag)}}\n\n`);
  const ready = `id: ${epoch}:${revision}\nevent: ready\ndata: {"revision":${revision},"flags":${flags.length}}\n\n`;
  return `event: connected\ndata: true\n\n${upserts.join('')}${ready}`;
}

/** A live change. */
export function upsert(flag: WireFlag, revision: number, epoch = 'e'): string {
  return `id: ${epoch}:${revision}\ndata: {"type":"UPSERT","flag":${JSON.stringify({ ...flag, revision })}}\n\n`;
}

/** All outputs that wait. */
export function outputs(native: NativeClient): Output[] {
  const all: Output[] = [];
  for (let output = native.pollOutput(); output; output = native.pollOutput()) all.push(output);
  return all;
}

/** The flags as a snapshot, made by the addon. */
export function snapshotOf(flags: readonly (WireFlag | string)[], revision = 100): string {
  const snapshot = nativeWith(flags, revision).exportSnapshot();
  if (!snapshot) throw new Error('the addon did not take the flags');
  return snapshot;
}
