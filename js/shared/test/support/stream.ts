// A stream's text as the server sends it, and an engine that is fed with it by hand.

import type { Engine, Output } from '../../src/engine.js';

export interface WireFlag {
  readonly key: string;
  readonly revision?: number;
  readonly [field: string]: unknown;
}

const encoder = new TextEncoder();

/** A replay. A flag that is a text stands as it is. */
export function replay(flags: readonly (WireFlag | string)[], revision: number, epoch = 'e'): string {
  const upserts = flags.map((flag) => `data: {"type":"UPSERT","flag":${typeof flag === 'string' ? flag : JSON.stringify(flag)}}\n\n`);
  const ready = `id: ${epoch}:${revision}\nevent: ready\ndata: {"revision":${revision},"flags":${flags.length}}\n\n`;
  return `event: connected\ndata: true\n\n${upserts.join('')}${ready}`;
}

/** A live change. */
export function upsert(flag: WireFlag, revision: number, epoch = 'e'): string {
  return `id: ${epoch}:${revision}\ndata: {"type":"UPSERT","flag":${JSON.stringify({ ...flag, revision })}}\n\n`;
}

/** Gives the engine a stream that begins with these bytes. */
export function openStream(engine: Engine, ...pieces: readonly (string | Uint8Array)[]): void {
  engine.start(0);
  engine.handleConnected(1, 200, 'text/event-stream', '');
  for (const piece of pieces) engine.handleBytes(2, typeof piece === 'string' ? encoder.encode(piece) : piece);
}

/** All outputs that wait. */
export function outputs(engine: Engine): Output[] {
  const all: Output[] = [];
  for (let output = engine.pollOutput(); output; output = engine.pollOutput()) all.push(output);
  return all;
}

/** The flags as a snapshot, made by the engine. */
export function snapshotOf(engine: Engine, flags: readonly (WireFlag | string)[], revision = 100): string {
  openStream(engine, replay(flags, revision));
  const snapshot = engine.exportSnapshot();
  if (!snapshot) throw new Error('the engine did not take the flags');
  return snapshot;
}
