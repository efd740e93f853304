// The package as users get it: packed, and laid beside what an example has installed.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { runToEnd } from '../../../shared/test/support/child.js';

const PACKAGE = resolve(import.meta.dirname, '../..');
const SCOPE = '@sidekick-flags';

/** Copies of the examples, each with the packed package instead of a link to this folder. */
export class Examples implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sidekick-examples-'));

  /** Packs the built package. */
  async pack(): Promise<void> {
    const { code, output, errors } = await run('npm', ['pack', '--json', '--pack-destination', this.#folder], PACKAGE);
    if (code !== 0) throw new Error(`the package could not be packed:\n${errors}`);
    const [{ filename }] = Object.values(JSON.parse(output) as Record<string, { filename: string }>) as [{ filename: string }];
    const unpacked = await run('tar', ['-xzf', filename], this.#folder);
    if (unpacked.code !== 0) throw new Error(`${filename} could not be unpacked:\n${unpacked.errors}`);
  }

  /** The folder of the example's copy. */
  copy(name: string): string {
    const example = join(PACKAGE, 'examples', name);
    const installed = join(example, 'node_modules');
    if (!existsSync(installed)) throw new Error(`${installed} is missing: npm ci in examples/${name}`);
    const copy = join(this.#folder, name);
    if (existsSync(copy)) return copy;
    const packages = join(copy, 'node_modules');
    const isOwn = (path: string): boolean => !['node_modules', 'dist'].includes(basename(path));
    cpSync(example, copy, { recursive: true, filter: isOwn });
    cpSync(join(example, '../serve.mjs'), join(this.#folder, 'serve.mjs'));
    mkdirSync(packages);
    for (const entry of readdirSync(installed)) {
      if (entry !== SCOPE && !entry.startsWith('.')) symlinkSync(join(installed, entry), join(packages, entry));
    }
    // The commands by which scripts call what is installed.
    if (existsSync(join(installed, '.bin'))) symlinkSync(join(installed, '.bin'), join(packages, '.bin'));
    cpSync(join(this.#folder, 'package'), join(packages, SCOPE, 'browser'), { recursive: true });
    return copy;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Runs a script of the example's package.json to its end. */
export async function runScript(folder: string, script: string): Promise<void> {
  const { code, output, errors } = await run('npm', ['run', script], folder);
  if (code !== 0) throw new Error(`npm run ${script} in ${basename(folder)} failed:\n${output}${errors}`);
}

function run(program: string, words: string[], cwd: string): ReturnType<typeof runToEnd> {
  return runToEnd(words, { program, cwd, limit: 90_000 });
}
