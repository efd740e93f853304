// This package, as the tests of all clients take it.

import { SidekickClient } from '@sidekick-flags/node';
import type { Subject } from '../../../shared/test/support/subject.js';
import { snapshotOf } from './engine.js';

export const subject: Subject = {
  make: (url, key, options) => new SidekickClient(url, key, options),
  snapshotOf,
};
