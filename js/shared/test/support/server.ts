// The real server binary as a child process, in a folder and on a port of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './ports.js';

export const KEY = 'full/key+1';
/** May only read, as a browser's. */
export const CLIENT_KEY = 'client/key+1';

const BINARY = process.env['SIDEKICK_SERVER'] ?? fileURLToPath(new URL('../../../../target/debug/server', import.meta.url));
const DEADLINE = 20_000;

export interface FlagFields {
  readonly key: string;
  readonly is_enabled?: boolean;
  readonly rollout_percentage?: number | null;
  readonly rules?: readonly object[];
  readonly client_visible?: boolean;
}

export class Server {
  readonly port: number;
  private readonly environment: Readonly<Record<string, string>>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'sidekick-server-'));
  private child: ChildProcess | undefined;
  private log = '';

  private constructor(port: number, environment: Readonly<Record<string, string>>) {
    this.port = port;
    this.environment = environment;
  }

  /** A running server without flags, or with these; `environment` is beside what every one is given. */
  static async start(flags: readonly FlagFields[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Server> {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build --package server`);
    const server = new Server(await freePort(), environment);
    if (flags.length > 0) await server.import(flags);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const child = this.spawn([]);
    this.child = child;
    const end = Date.now() + DEADLINE;
    for (;;) {
      // The log says it a moment before the socket is there.
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok === true) return;
      if (Date.now() > end || child.exitCode !== null) throw new Error(`the server did not start:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** As a power cut. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** As an operator. */
  async terminate(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** Kills it, if it still runs, and removes its files. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Creates or replaces a flag; gives its revision. */
  async put(flag: FlagFields): Promise<number> {
    const answer = await this.request('POST', '/api/flags', flag);
    return ((await answer.json()) as { revision: number }).revision;
  }

  async delete(key: string): Promise<void> {
    await this.request('DELETE', `/api/flags/${key}`);
  }

  /** The flags as the REST API gives them. */
  async flags(): Promise<unknown> {
    return await (await this.request('GET', '/api/flags')).json();
  }

  /** The value of a series in `/metrics`. */
  async metric(series: string): Promise<number> {
    const text = await (await this.request('GET', '/metrics')).text();
    const line = text.split('\n').find((line) => line.startsWith(`${series} `));
    if (line === undefined) throw new Error(`no ${series} in the metrics`);
    return Number(line.slice(series.length + 1));
  }

  private async request(method: string, path: string, body?: object): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${KEY}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const answer = await fetch(`${this.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  private async import(flags: readonly FlagFields[]): Promise<void> {
    const file = join(this.folder, 'flags.json');
    writeFileSync(file, JSON.stringify({ sidekick_export: 1, flags }));
    const [code] = (await once(this.spawn(['import', file]), 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the flags could not be imported:\n${this.log}`);
  }

  private spawn(words: string[]): ChildProcess {
    const env = {
      HOST: '127.0.0.1',
      PORT: String(this.port),
      SDK_KEY: KEY,
      CLIENT_KEY,
      DATABASE_URL: `sqlite:${join(this.folder, 'sidekick.db')}`,
      ...this.environment,
    };
    const child = spawn(BINARY, words, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const note = (text: string): void => {
      this.log += text;
    };
    child.stdout.setEncoding('utf8').on('data', note);
    child.stderr.setEncoding('utf8').on('data', note);
    return child;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
