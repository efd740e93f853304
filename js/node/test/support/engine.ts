// The shipped addon by itself, fed with a stream by hand.

import { openStream, replay, snapshotOf as snapshotBy, type WireFlag } from '../../../shared/test/support/stream.js';
import { addon } from '../../ts/addon.js';
import type { NativeClient } from '../../ts/native.js';

export { outputs, replay, upsert, type WireFlag } from '../../../shared/test/support/stream.js';

/** A client of the addon, as the TypeScript makes it. */
export function createNative(seedHigh = 1, seedLow = 2): NativeClient {
  return addon.createClient(seedHigh, seedLow);
}

/** One that has these flags from a stream. */
export function nativeWith(flags: readonly (WireFlag | string)[], revision = 100): NativeClient {
  const native = createNative();
  openStream(native, replay(flags, revision));
  return native;
}

/** The flags as a snapshot, made by the addon. */
export function snapshotOf(flags: readonly (WireFlag | string)[], revision = 100): string {
  return snapshotBy(createNative(), flags, revision);
}
