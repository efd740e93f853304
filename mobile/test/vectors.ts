// The vectors that every engine answers alike, through the host functions.

import { clientWith } from '../../js/shared/test/support/subject.js';
import { same } from '../../js/shared/test/support/values.js';
import { type Binding, checkFile, UNSEEN, type VectorFile } from '../../js/shared/test/support/vectors.js';
import { createClient, host, type NativeClient } from './support/host.js';
import { subject } from './support/subject.js';
import { test } from './support/tests.js';

interface Index {
  readonly files: readonly { readonly name: string; readonly cases: number }[];
}

const binding: Binding = {
  engine: createClient,
  fixed: (engine, flagKey) => (engine as NativeClient).resolve(flagKey)?.fixed ?? -1,
  saysWhy: true,
  clientWith: (flags) => clientWith(subject, flags),
};

function read<Content>(name: string): Content {
  return JSON.parse(host.vectors(name)) as Content;
}

for (const { name, cases } of read<Index>('index').files) {
  if (UNSEEN.includes(name)) continue;
  test(`the vectors of ${name}: ${cases}`, async () => {
    const file = read<VectorFile>(name);
    same(file.cases.length, cases);
    await checkFile(name, file, binding);
  });
}
