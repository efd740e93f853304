// The client as it ships, as the tests of all clients take it.

import type { Subject } from '../../../js/shared/test/support/subject.js';
import { snapshotOf } from '../../../js/shared/test/support/stream.js';
import { SidekickMobileClient } from '@sidekick-flags/react-native';
import { createClient } from './host.js';

export const subject: Subject = {
  // As Hermes, it is handed what the caller gave; and JavaScriptCore, which it really is, would end the process.
  takesBigInts: !('HermesInternal' in globalThis),
  make: (url, key, options) => new SidekickMobileClient(url, key, options),
  snapshotOf: (flags, revision = 100) => snapshotOf(createClient(), flags, revision),
};
