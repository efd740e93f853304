// The vectors that every engine answers alike, through the module and the client that ship, in a page.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { UNSEEN } from '../../../shared/test/support/vectors.js';
import { Stage } from '../support/stage.js';
import type * as VectorsPage from '../support/vectors_page.js';

const VECTORS = resolve(import.meta.dirname, '../../../../core-nostd/tests/vectors');
const INDEX = JSON.parse(readFileSync(join(VECTORS, 'index.json'), 'utf8')) as { readonly files: readonly { readonly name: string; readonly cases: number }[] };

const folder = mkdtempSync(join(tmpdir(), 'sidekick-vectors-'));
const stage = new Stage({ '/vectors/': VECTORS, '/page/': folder });

before(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, '../support/vectors_page.ts')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    logLevel: 'warning',
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('in a page, the vectors', () => {
  for (const { name, cases } of INDEX.files) {
    if (UNSEEN.includes(name)) continue;
    it(`of ${name}`, async () => {
      await stage.play(async (scene) => {
        const tab = await scene.tab();
        const held = await tab.page.evaluate(async (name) => ((await import('/page/vectors_page.js' as string)) as typeof VectorsPage).check(name), name);
        assert.equal(held, cases);
      });
    });
  }
});
