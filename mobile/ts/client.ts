// The client for React Native: a question is one synchronous call into the native library, by way of JSI.

import { AppState } from 'react-native';
import type { Attributes } from '../../js/shared/src/attributes.js';
import { BaseClient } from '../../js/shared/src/client.js';
import type { Evaluation } from '../../js/shared/src/evaluation.js';
import type { RequestHeaders } from '../../js/shared/src/options.js';
import type { SnapshotKeeper } from '../../js/shared/src/storage.js';
import type { Transport } from '../../js/shared/src/transport.js';
import { errorBits, explain } from './answer.js';
import { ask } from './ask.js';
import { BoundUser } from './bound_user.js';
import { type FlagHandle, FlagHandles } from './flag_handles.js';
import { createClient } from './native.js';
import type { MobileClientOptions } from './options.js';
import { keeperOf } from './storage.js';
import { openStream, suspicionOf } from './stream.js';
import { type Chunk, StreamEngine } from './stream_engine.js';

/** Holds all flags in memory and keeps them current. Make one for the app and share it. */
export class SidekickMobileClient extends BaseClient<MobileClientOptions, Chunk> {
  declare protected engine?: StreamEngine;
  private readonly handles: FlagHandles;
  /** Why there is no engine. */
  private missing: unknown;

  /** Never throws: what is wrong with the arguments or the app's build, `init()` says. */
  constructor(serverUrl: string, sdkKey: string, options?: MobileClientOptions) {
    super(serverUrl, sdkKey, options);
    try {
      this.handles = new FlagHandles(createClient());
    } catch (thrown) {
      this.handles = new FlagHandles(undefined);
      this.missing = thrown;
    }
  }

  /**
   * Whether the flag is on for the user. Synchronous; never throws.
   *
   * `defaultValue` is the answer for a flag that is not known, or not yet, and where an argument cannot be used.
   */
  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): boolean {
    return (this.ask(this.handles.get(flagKey), userKey, attributes, defaultValue) & 1) > 0;
  }

  /** As `isEnabled`, with the reason. */
  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): Evaluation {
    const flag = this.handles.get(flagKey);
    return explain(this.ask(flag, userKey, attributes, defaultValue), flag.revision);
  }

  /** A user whose key and attributes are read once, for many questions. Never throws. */
  forUser(userKey: string, attributes?: Attributes): BoundUser {
    return new BoundUser(this.handles, userKey, attributes);
  }

  protected override open(): StreamEngine {
    const { native } = this.handles;
    if (!native) throw this.missing;
    return new StreamEngine(native);
  }

  protected override route(_: Transport, address: string, headers: RequestHeaders, engine: StreamEngine): Transport<Chunk> {
    this.suspicion = suspicionOf(address);
    return openStream(address, headers, {
      options: this.options,
      appState: AppState,
      engine,
      driver: () => this.driver,
      life: this.life.signal,
    });
  }

  protected override keeper(): SnapshotKeeper | undefined {
    return keeperOf(this, this.options.storage, this.serverUrl + this.sdkKey);
  }

  protected override forgetFlags(keys: readonly string[]): void {
    this.handles.forget(keys);
  }

  private ask(flag: FlagHandle, userKey: unknown, attributes: Attributes | undefined, defaultValue: boolean): number {
    if (flag.fixed >= 0) return flag.fixed;
    try {
      return ask(flag, this.handles.written, userKey, attributes, defaultValue);
    } catch {
      // A getter or a proxy of the caller's.
      return errorBits(defaultValue);
    }
  }
}
