// A package's client, as the tests of all clients take it.

import type { Attributes } from '../../src/attributes.js';
import type { BaseClient } from '../../src/client.js';
import type { Evaluation } from '../../src/evaluation.js';
import type { ClientOptions } from '../../src/options.js';
import type { WireFlag } from './stream.js';

/** What every client offers. */
export interface Client extends Pick<BaseClient, 'init' | 'status' | 'revision' | 'flags' | 'snapshot' | 'on' | 'off' | 'close'> {
  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue?: boolean): boolean;
  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue?: boolean): Evaluation;
  forUser(userKey: string, attributes?: Attributes): User;
}

interface User {
  isEnabled(flagKey: string, defaultValue?: boolean): boolean;
  evaluate(flagKey: string, defaultValue?: boolean): Evaluation;
}

/** The package that is tested, as it ships. */
export interface Subject {
  /** Whether a BigInt reaches the engine; false where the surroundings of the test would not survive it. */
  readonly takesBigInts?: boolean;
  make(url: string, key: string, options?: ClientOptions): Client;
  /** The flags as a snapshot. */
  snapshotOf(flags: readonly (WireFlag | string)[], revision?: number): string;
  /** What the platform says where nobody listens; `ECONNREFUSED` as Node does by default. */
  readonly unreachable?: RegExp;
}

/** A client that has these flags and is closed: it answers, and nothing runs any more. */
export async function clientWith(subject: Subject, flags: readonly (WireFlag | string)[]): Promise<Client> {
  // Nothing listens on port 1; the client is closed before it could matter.
  const client = subject.make('http://127.0.0.1:1', '', { bootstrap: subject.snapshotOf(flags), onError: () => undefined });
  await client.init();
  await client.close();
  return client;
}
