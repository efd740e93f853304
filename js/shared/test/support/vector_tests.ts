// All vectors as tests of Node's runner.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Binding, checkFile, UNSEEN, type VectorFile } from './vectors.js';

const FOLDER = new URL('../../../../core-nostd/tests/vectors/', import.meta.url);

interface Index {
  readonly files: readonly { readonly name: string; readonly cases: number }[];
}

export function vectorTests(binding: Binding): void {
  describe('the vectors', () => {
    for (const { name, cases } of read<Index>('index').files) {
      if (UNSEEN.includes(name)) continue;
      it(`of ${name}`, async () => {
        const file = read<VectorFile>(name);
        assert.equal(file.cases.length, cases);
        await checkFile(name, file, binding);
      });
    }
  });
}

function read<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Content;
}
