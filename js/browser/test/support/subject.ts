// This package in Node, as the tests of all clients take it.

import { SidekickBrowserClient } from '@sidekick-flags/browser/edge';
import { type WireFlag, snapshotOf } from '../../../shared/test/support/stream.js';
import type { Subject } from '../../../shared/test/support/subject.js';
import { bindingOf } from './binding.js';
import { MODULE } from './module.js';

export const binding = bindingOf(MODULE, SidekickBrowserClient);

export const subject: Subject = {
  make: (url, key, options) => new SidekickBrowserClient(url, key, { ...options, wasm: MODULE }),
  snapshotOf: (flags: readonly (WireFlag | string)[], revision?: number) => snapshotOf(binding.engine(1, 2), flags, revision),
};
