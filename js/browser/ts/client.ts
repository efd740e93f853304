// The client on every platform that has WebAssembly: it loads the engine, and asks it in as few steps as there can be
// between a caller and WebAssembly.

import type { Attributes } from '../../shared/src/attributes.js';
import { BaseClient } from '../../shared/src/client.js';
import type { Engine } from '../../shared/src/engine.js';
import { decodeEvaluation, type Evaluation } from '../../shared/src/evaluation.js';
import type { ClientOptions } from '../../shared/src/options.js';
import type { SnapshotKeeper, SnapshotStorage } from '../../shared/src/storage.js';
import { BoundUser } from './bound_user.js';
import { engineOf, type Exports, type FlagHandle, GIVEN, NO_FLAG, type WasmEngine } from './engine.js';
import { instantiate, type WasmSource } from './wasm.js';

/** What this client is given beside what all are. */
export interface WasmOptions extends Omit<ClientOptions, 'storage'> {
  /** The engine's module, or where it is. */
  readonly wasm: WasmSource;
  /** Keeps the last-known flags across restarts. */
  readonly storage?: SnapshotStorage | 'local' | undefined;
}

/** So many keys are remembered: enough for a program's own, and not all that callers may make up. */
const MOST_KEYS = 9_999;
/** Packed, for a question that could not be asked: all bits of the reason, which no reason has. The default is added. */
const ERROR = -2;

/** Holds all flags in memory and keeps them current. Make one and share it. */
export abstract class WasmClient<Options extends WasmOptions = WasmOptions> extends BaseClient<Options> {
  /**
   * By key. Another map whenever answers may have changed.
   * @internal
   */
  handles = new Map<string, FlagHandle>();
  /** @internal */
  declare protected engine?: WasmEngine;
  /** Callers often ask about one flag many times in a row. */
  #last = NO_FLAG;

  /**
   * Whether the flag is on for the user. Synchronous; never throws.
   *
   * `defaultValue` is the answer for a flag that is not known, or not yet, and where an argument cannot be used.
   */
  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue?: boolean): boolean {
    const { forKey, fixed } = this.#last;
    // Short enough that engines put it into the caller's code.
    const bits = flagKey === forKey && fixed >= 0 ? fixed : this.ask(flagKey, userKey, attributes, defaultValue);
    return (bits & 1) > 0;
  }

  /** As `isEnabled`, with the reason. */
  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue?: boolean): Evaluation {
    return this.explain(this.ask(flagKey, userKey, attributes, defaultValue), flagKey);
  }

  /** A user whose key and attributes are read once, for many questions. Never throws. */
  forUser(userKey: string, attributes?: Attributes): BoundUser {
    return new BoundUser(this, userKey, attributes);
  }

  /**
   * The answer, packed as `decodeEvaluation` reads it; the default where there is none. Never throws.
   * @internal
   */
  ask(flagKey: string, userKey: unknown, attributes: Attributes | null | undefined, defaultValue: boolean | undefined): number {
    const fallback = Number(defaultValue === true);
    try {
      const flag = flagKey === this.#last.forKey ? this.#last : this.#find(flagKey);
      if (flag.reads < 0) return fallback;
      const bits = flag.fixed < 0 ? this.engine!.answer(flag, userKey, attributes) : flag.fixed;
      if (bits >= 0) return bits;
    } catch {
      // A getter or a proxy of the caller's.
    }
    return ERROR + fallback;
  }

  /**
   * An answer in full.
   * @internal
   */
  explain(bits: number, flagKey: string): Evaluation {
    return decodeEvaluation(bits, bits >= GIVEN ? this.#find(flagKey).changedAt : null);
  }

  protected override async open(): Promise<Engine> {
    return engineOf((await instantiate(this.options.wasm)) as unknown as Exports);
  }

  protected override async keeper(): Promise<SnapshotKeeper | undefined> {
    const { storage } = this.options;
    // Most pages have none, and need not load what serves it.
    return storage && (await import('./storage.js')).default(this, storage, this.serverUrl + this.sdkKey);
  }

  protected override forgetFlags(): void {
    this.handles = new Map();
    this.#last = NO_FLAG;
  }

  #find(flagKey: string): FlagHandle {
    if (!this.engine || typeof flagKey !== 'string') return NO_FLAG;
    let flag = this.handles.get(flagKey);
    if (!flag) {
      flag = this.engine.handleOf(flagKey);
      if (this.handles.size < MOST_KEYS) this.handles.set(flagKey, flag);
    }
    return (this.#last = flag);
  }
}
