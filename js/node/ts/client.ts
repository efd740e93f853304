// The client for Node: evaluation, in as few steps as there can be between a caller and the engine.

import {
  type Attributes,
  BaseClient,
  type ClientOptions,
  decodeEvaluation,
  deepReasonOf,
  defaultEvaluation,
  type Evaluation,
  keepSnapshots,
  type SnapshotKeeper,
} from '../../shared/src/index.js';
import { addon } from './addon.js';
import { ask, userKeyText } from './ask.js';
import { BoundUser } from './bound_user.js';
import { FlagHandles } from './flag_handles.js';
import { type NativeClient, UNUSABLE } from './native.js';

/** Holds all flags in memory and keeps them current. Make one a process (or worker) and share it. */
export class SidekickClient extends BaseClient {
  private readonly handles: FlagHandles;

  /** Never throws: what is wrong with the arguments, `init()` says. */
  constructor(serverUrl: string, sdkKey: string, options?: ClientOptions) {
    const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
    super(serverUrl, sdkKey, options);
    this.handles = new FlagHandles(addon.createClient(high, low));
  }

  /**
   * Whether the flag is on for the user. Synchronous; never throws.
   *
   * `defaultValue` is the answer for a flag that is not known, or not yet, and where an argument cannot be used.
   */
  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): boolean {
    const { handles } = this;
    // Short enough that V8 puts it into the caller's code.
    if (flagKey === handles.lastKey && handles.last.fixed >= 0) return (handles.last.fixed & 1) === 1;
    return this.answer(flagKey, userKey, attributes, defaultValue);
  }

  /** As `isEnabled`, with the reason. */
  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): Evaluation {
    try {
      const { handles } = this;
      const flag = handles.get(flagKey);
      if (flag === undefined) return defaultEvaluation('FLAG_NOT_FOUND', defaultValue);
      if (flag.fixed >= 0) return decodeEvaluation(flag.fixed, flag.revision);
      const bits = ask(handles, flag, userKey, attributes);
      if (bits >= 0) return decodeEvaluation(bits, flag.revision);
    } catch {
      return defaultEvaluation('ERROR', defaultValue);
    }
    return this.evaluateAgain(flagKey, userKey, attributes, defaultValue);
  }

  /** A user whose key and attributes are read once, for many questions. Never throws. */
  forUser(userKey: string, attributes?: Attributes): BoundUser {
    return new BoundUser(this.handles, userKey, attributes);
  }

  protected override keeper(): SnapshotKeeper | undefined {
    const { storage } = this.options;
    return storage && keepSnapshots(this, storage);
  }

  protected override reasonOf(cause: unknown): string {
    return deepReasonOf(cause);
  }

  protected override open(): NativeClient {
    return this.handles.native;
  }

  protected override forgetFlags(keys: readonly string[]): void {
    this.handles.forget(keys);
  }

  private answer(flagKey: string, userKey: string, attributes: Attributes | undefined, defaultValue: boolean): boolean {
    try {
      const { handles } = this;
      const flag = handles.get(flagKey);
      if (flag === undefined) return defaultValue === true;
      const bits = flag.fixed >= 0 ? flag.fixed : ask(handles, flag, userKey, attributes);
      if (bits >= 0) return (bits & 1) === 1;
    } catch {
      // A getter or a proxy of the caller's.
      return defaultValue === true;
    }
    return this.evaluateAgain(flagKey, userKey, attributes, defaultValue).enabled;
  }

  /** The user key may be a number, the handle one of flags that have changed: both are rare, so nobody else looks. */
  private evaluateAgain(
    flagKey: string,
    userKey: unknown,
    attributes: Attributes | undefined,
    defaultValue: boolean,
  ): Evaluation {
    try {
      const { handles } = this;
      const key = userKeyText(userKey);
      if (key === undefined) return defaultEvaluation('ERROR', defaultValue);
      let flag = handles.get(flagKey);
      let bits = key === userKey || flag === undefined ? UNUSABLE : ask(handles, flag, key, attributes);
      if (bits === UNUSABLE) {
        flag = handles.renew(flagKey);
        if (flag === undefined) return defaultEvaluation('FLAG_NOT_FOUND', defaultValue);
        bits = flag.fixed >= 0 ? flag.fixed : ask(handles, flag, key, attributes);
      }
      return bits >= 0 && flag !== undefined ? decodeEvaluation(bits, flag.revision) : defaultEvaluation('ERROR', defaultValue);
    } catch {
      return defaultEvaluation('ERROR', defaultValue);
    }
  }
}
