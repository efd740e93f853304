// The vectors that every engine answers alike, through the shipped addon and, where it can be seen there, the client.

import type { Engine } from '../../shared/src/engine.js';
import { clientWith } from '../../shared/test/support/subject.js';
import { vectorTests } from '../../shared/test/support/vector_tests.js';
import type { NativeClient } from '../ts/native.js';
import { createNative } from './support/engine.js';
import { subject } from './support/subject.js';

vectorTests({
  engine: createNative,
  saysWhy: true,
  fixed: (engine: Engine, flagKey: string) => (engine as NativeClient).resolve(flagKey)?.fixed ?? -1,
  clientWith: (flags) => clientWith(subject, flags),
});
