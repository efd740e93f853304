// The client on every platform that has WebAssembly: it loads the engine, and evaluates with it.

import type { Attributes } from '../../shared/src/attributes.js';
import { BaseClient } from '../../shared/src/client.js';
import type { Engine } from '../../shared/src/engine.js';
import type { Evaluation } from '../../shared/src/evaluation.js';
import type { ClientOptions } from '../../shared/src/options.js';
import type { SnapshotKeeper, SnapshotStorage } from '../../shared/src/storage.js';
import { BoundUser } from './bound_user.js';
import { engineOf } from './engine.js';
import { Exchange, type Exports } from './exchange.js';
import { Questions } from './questions.js';
import { instantiate, type WasmSource } from './wasm.js';

/** What this client is given beside what all are. */
export interface WasmOptions extends Omit<ClientOptions, 'storage'> {
  /** The engine's module, or where it is. */
  readonly wasm: WasmSource;
  /** Keeps the last-known flags across restarts. */
  readonly storage?: SnapshotStorage | 'local' | undefined;
}

/** Holds all flags in memory and keeps them current. Make one and share it. */
export abstract class WasmClient<Options extends WasmOptions = WasmOptions> extends BaseClient<Options> {
  readonly #questions = new Questions();

  /**
   * Whether the flag is on for the user. Synchronous; never throws.
   *
   * `defaultValue` is the answer for a flag that is not known, or not yet, and where an argument cannot be used.
   */
  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): boolean {
    const questions = this.#questions;
    const { fixed } = questions.last;
    // Short enough that engines put it into the caller's code.
    const bits = flagKey === questions.lastKey && fixed >= 0 ? fixed : questions.ask(flagKey, userKey, attributes, defaultValue);
    return (bits & 1) > 0;
  }

  /** As `isEnabled`, with the reason. */
  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): Evaluation {
    return this.#questions.explain(this.#questions.ask(flagKey, userKey, attributes, defaultValue), flagKey);
  }

  /** A user whose key and attributes are read once, for many questions. Never throws. */
  forUser(userKey: string, attributes?: Attributes): BoundUser {
    return new BoundUser(this.#questions, userKey, attributes);
  }

  protected override async open(): Promise<Engine> {
    const { exports } = await instantiate(this.options.wasm);
    const exchange = new Exchange(exports as unknown as Exports);
    this.#questions.renew(exchange);
    return engineOf(exchange);
  }

  protected override async keeper(): Promise<SnapshotKeeper | undefined> {
    const { storage } = this.options;
    // Most pages have none, and need not load what serves it.
    return storage && (await import('./storage.js')).default(this, storage, this.serverUrl + this.sdkKey);
  }

  protected override forgetFlags(): void {
    this.#questions.renew();
  }
}
