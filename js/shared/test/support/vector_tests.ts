// All vectors as tests of Node's runner.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { type Binding, checkFile, UNSEEN, type VectorFile } from './vectors.js';

// By the file's name: `__dirname` is another folder where an ES module imports this one through tsx.
const FOLDER = resolve(__filename, '../../../../../core-nostd/tests/vectors');

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
  return JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), 'utf8')) as Content;
}
