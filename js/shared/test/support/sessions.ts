// The vectors of sessions: what reaches a sync client and when, and what it must say to each.

import { CONNECT, DISCONNECT, type Engine, ERROR, FLAGS_CHANGED, type Output, STATUS_CHANGED, STATUSES, WAKE_AT } from '../../src/engine.js';
import { outputs } from './stream.js';
import { bytesOf, same, type Template } from './values.js';
import { stateOf } from './vectors.js';

interface Step {
  readonly at: number;
  readonly do: 'start' | 'connected' | 'bytes' | 'disconnected' | 'timeout' | 'retry' | 'close' | 'import';
  readonly status?: number;
  readonly content_type?: string;
  readonly retry_after?: string;
  readonly text?: string;
  readonly b64?: string;
  readonly text_template?: Template;
  readonly accepted?: boolean | 'error';
  readonly outputs: readonly Record<string, unknown>[];
}

export interface Session {
  readonly seed: string;
  readonly steps: readonly Step[];
  readonly any_cut?: true;
  readonly flags: readonly (readonly [string, number])[];
  readonly id: string | null;
  readonly status: string;
}

type Cut = (bytes: Uint8Array) => Uint8Array[];

/** With the bytes cut as `cut` does. */
export function replaySession({ seed, steps, flags, id, status }: Session, make: (high: number, low: number) => Engine, cut: Cut): void {
  const engine = make(Number.parseInt(seed.slice(0, 8), 16), Number.parseInt(seed.slice(8), 16));
  for (const [number, step] of steps.entries()) {
    const said: Output[] = [];
    for (const input of inputs(engine, step, cut)) {
      input();
      said.push(...outputs(engine));
    }
    same(joined(said), step.outputs, `step ${number}`);
  }
  same(stateOf(engine), { flags, id, status });
}

function inputs(engine: Engine, step: Step, cut: Cut): (() => void)[] {
  const { at } = step;
  switch (step.do) {
    case 'start':
      return [() => engine.start(at)];
    case 'connected':
      return [() => engine.handleConnected(at, step.status ?? 0, step.content_type ?? '', step.retry_after ?? '')];
    case 'bytes': {
      const bytes = bytesOf({ text: step.text, b64: step.b64, template: step.text_template });
      return cut(bytes).map((piece) => () => engine.handleBytes(at, piece));
    }
    case 'disconnected':
      return [() => engine.handleDisconnected(at)];
    case 'timeout':
      return [() => engine.handleTimeout(at)];
    case 'retry':
      return [() => engine.retryNow(at)];
    case 'close':
      return [() => engine.close()];
    case 'import':
      return [() => same(imported(engine, step.text ?? ''), step.accepted)];
  }
}

function imported(engine: Engine, text: string): boolean | 'error' {
  try {
    return engine.importSnapshot(text);
  } catch {
    return 'error';
  }
}

/** In the words of the vectors; what several pieces said as one list, by kind, with the changed keys united. */
function joined(said: readonly Output[]): Record<string, unknown>[] {
  const keys = new Set(said.flatMap(({ kind, text }) => (kind === FLAGS_CHANGED ? text.split(',') : [])));
  const first = said.findIndex(({ kind }) => kind === FLAGS_CHANGED);
  const once = said.filter(({ kind }, index) => kind !== FLAGS_CHANGED || index === first);
  // Their numbers are in the order in which an engine says them.
  const ordered = once.sort((a, b) => a.kind - b.kind);
  return ordered.map(({ kind, text, number }) => {
    switch (kind) {
      case DISCONNECT:
        return { disconnect: true };
      case CONNECT:
        return { connect: { last_event_id: text || null } };
      case ERROR:
        return { error: text.split(' ')[0] };
      case FLAGS_CHANGED:
        return { flags_changed: [...keys].sort() };
      case STATUS_CHANGED:
        return { status: STATUSES[number]?.toUpperCase() };
      case WAKE_AT:
        return { wake_at: number };
    }
  });
}
