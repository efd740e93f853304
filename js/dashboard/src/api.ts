// The REST API as the page uses it: requests with the key, and problems as errors that people can read.

import type { Flag, Operator, TargetingRule } from '@sidekick-flags/browser';
import { strings } from './strings.js';

export type { Flag, TargetingRule };

export const OPERATORS = ['Equals', 'NotEquals', 'Contains', 'StartsWith', 'EndsWith'] as const satisfies readonly Operator[];

/** What of a flag is written; the rest is the server's. */
export type FlagFields = Pick<Flag, 'key' | 'is_enabled' | 'rollout_percentage' | 'rules'> & {
  readonly description: string | null;
  readonly client_visible: boolean;
};

export interface Access {
  readonly authentication: boolean;
  readonly access: 'full' | 'read';
  readonly actor: string;
  readonly version: string;
  /** Whether client keys get a new flag that does not say so itself. */
  readonly client_visible_default: boolean;
}

export interface HistoryEntry {
  readonly revision: number;
  readonly key: string;
  readonly before: Flag | null;
  readonly after: Flag | null;
  readonly actor: string;
  readonly time: string;
}

export interface User {
  readonly user_key: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly enabled: boolean;
  readonly reason: 'FLAG_NOT_FOUND' | 'DISABLED' | 'TARGETING_MATCH' | 'SPLIT' | 'STATIC';
  readonly rule_index: number | null;
  readonly bucket: number | null;
  readonly rollout_percentage: number | null;
  readonly revision: number | null;
}

/** How the page's server is doing; the last minute still runs. */
export interface Stats {
  readonly version: string;
  readonly uptime_seconds: number;
  readonly storage: { readonly kind: 'sqlite' | 'postgres'; readonly is_up: boolean };
  readonly redis: 'none' | 'up' | 'away';
  readonly is_stale: boolean;
  readonly revision: number;
  readonly flags: number;
  readonly clients: number;
  readonly changes: number;
  readonly minutes: readonly Minute[];
}

export interface Minute {
  readonly time: string;
  readonly clients: number;
  readonly changes: number;
  /** From commit to the clients' streams; null where nothing was delivered. */
  readonly lag_ms: { readonly p50: number; readonly p99: number } | null;
}

/** Why a request failed, in words; `status` is 0 where no answer came. */
export class ApiError extends Error {
  readonly status: number;
  /** What of the request was wrong, as the server names it: `rules[0].values[2]`. */
  readonly field: string | undefined;

  constructor(message: string, status: number, field?: string) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

/** What a write is conditional on: the revision that the writer has seen, or that there is no such flag. */
export type Condition = { readonly ifRevision: number } | { readonly ifMissing: true };

/** As many users as the server takes in one request. */
export const MOST_USERS = 1_000;

interface Call {
  readonly method?: string;
  readonly body?: object;
  readonly condition?: Condition | undefined;
  readonly type?: string;
  readonly signal?: AbortSignal | undefined;
}

export class Api {
  readonly #key: string;
  readonly #onRefused: () => void;

  constructor(key: string, onRefused: () => void) {
    this.#key = key;
    this.#onRefused = onRefused;
  }

  access(): Promise<Access> {
    return this.#json<Access>('session');
  }

  create(flag: FlagFields, condition?: Condition): Promise<Flag> {
    return this.#json<Flag>('flags', { method: 'POST', body: flag, condition });
  }

  patch(key: string, fields: Partial<FlagFields>, condition?: Condition): Promise<Flag> {
    return this.#json<Flag>(flagPath(key), { method: 'PATCH', body: fields, condition, type: 'application/merge-patch+json' });
  }

  async delete(key: string, condition: Condition): Promise<void> {
    await this.#send(flagPath(key), { method: 'DELETE', condition });
  }

  flag(key: string): Promise<Flag> {
    return this.#json<Flag>(flagPath(key));
  }

  /** Newest first; of one flag, or of all. */
  history(key: string | undefined, limit: number, before?: number): Promise<HistoryEntry[]> {
    const path = key === undefined ? 'history' : `${flagPath(key)}/history`;
    return this.#json<HistoryEntry[]>(`${path}?limit=${limit}${before === undefined ? '' : `&before=${before}`}`);
  }

  /** The answers of a flag that need not be saved, in the users' order. */
  async evaluate(flag: FlagFields, users: readonly User[], signal?: AbortSignal): Promise<Answer[]> {
    const body = { flag, users };
    return (await this.#json<{ results: Answer[] }>('evaluate', { method: 'POST', body, signal })).results;
  }

  stats(signal: AbortSignal): Promise<Stats> {
    return this.#json<Stats>('stats', { signal });
  }

  async #json<Body>(path: string, call: Call = {}): Promise<Body> {
    return (await (await this.#send(path, call)).json()) as Body;
  }

  async #send(path: string, { method = 'GET', body, condition, type = 'application/json', signal }: Call): Promise<Response> {
    const headers = new Headers();
    if (this.#key !== '') headers.set('Authorization', `Bearer ${this.#key}`);
    if (body) headers.set('Content-Type', type);
    if (condition && 'ifRevision' in condition) headers.set('If-Match', `"${condition.ifRevision}"`);
    else if (condition) headers.set('If-None-Match', '*');
    let answer: Response;
    try {
      const request: RequestInit = { method, headers, cache: 'no-store', signal: signal ?? null };
      if (body) request.body = JSON.stringify(body);
      answer = await fetch(new URL(`api/${path}`, document.baseURI), request);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ApiError(strings.unreachable, 0);
    }
    if (answer.ok) return answer;
    if (answer.status === 401) this.#onRefused();
    const problem = (await answer.json().catch(() => ({}))) as { detail?: string; field?: string };
    throw new ApiError(problem.detail ?? strings.status(answer.status), answer.status, problem.field);
  }
}

/** Where the page's own server is, with a slash at the end: it may be behind a path. */
export function serverUrl(): string {
  return new URL('.', document.baseURI).href;
}

function flagPath(key: string): string {
  return `flags/${encodeURIComponent(key)}`;
}
