// Programs that import the package, in processes of their own.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** From here every package of the workspace is found by its name. */
const FOLDER = fileURLToPath(new URL('.', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program and waits until it ends by itself; one that does not is killed and fails the test. */
export function runToEnd(
  words: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; limit?: number; program?: string } = {},
): Promise<Ended> {
  const { cwd = FOLDER, env, limit = 20_000, program = process.execPath } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the process did not end within ${limit} ms; it said:\n${output}${errors}`));
    }, limit);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output, errors });
    });
  });
}

/** Runs a module of these lines, which may import the package by its name. */
export function runModule(source: string, options: { env?: NodeJS.ProcessEnv; limit?: number; flags?: string[] } = {}): Promise<Ended> {
  return runToEnd([...(options.flags ?? []), '--input-type=module', '--eval', source], options);
}
