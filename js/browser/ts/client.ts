// The client on every platform that has WebAssembly: it loads the engine, and evaluates with it.

import type { Attributes } from '../../shared/src/attributes.js';
import { BaseClient } from '../../shared/src/client.js';
import type { Engine } from '../../shared/src/engine.js';
import type { Evaluation } from '../../shared/src/evaluation.js';
import type { ClientOptions } from '../../shared/src/options.js';
import { BoundUser } from './bound_user.js';
import { engineOf } from './engine.js';
import { Exchange, type Exports } from './exchange.js';
import { Questions } from './questions.js';
import { compile, isModule, type WasmSource } from './wasm.js';

/** Holds all flags in memory and keeps them current. Make one and share it. */
export abstract class WasmClient extends BaseClient {
  readonly #questions = new Questions();
  readonly #wasm: WasmSource;

  protected constructor(serverUrl: string, sdkKey: string, options: ClientOptions | undefined, wasm: WasmSource) {
    super(serverUrl, sdkKey, options);
    this.#wasm = wasm;
  }

  /**
   * Whether the flag is on for the user. Synchronous; never throws.
   *
   * `defaultValue` is the answer for a flag that is not known, or not yet, and where an argument cannot be used.
   */
  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): boolean {
    const questions = this.#questions;
    // Short enough that engines put it into the caller's code.
    if (flagKey === questions.lastKey && questions.last.fixed >= 0) return (questions.last.fixed & 1) === 1;
    return (questions.ask(flagKey, userKey, attributes, defaultValue) & 1) === 1;
  }

  /** As `isEnabled`, with the reason. */
  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): Evaluation {
    return this.#questions.explain(this.#questions.ask(flagKey, userKey, attributes, defaultValue), flagKey);
  }

  /** A user whose key and attributes are read once, for many questions. Never throws. */
  forUser(userKey: string, attributes?: Attributes): BoundUser {
    return new BoundUser(this.#questions, userKey, attributes);
  }

  protected override open(): Engine | Promise<Engine> {
    const wasm = this.#wasm;
    if (isModule(wasm)) return this.#enter(new WebAssembly.Instance(wasm as WebAssembly.Module));
    return compile(wasm).then((module) => WebAssembly.instantiate(module)).then((instance) => this.#enter(instance));
  }

  protected override forgetFlags(): void {
    this.#questions.forget();
  }

  #enter(instance: WebAssembly.Instance): Engine {
    const exchange = new Exchange(instance.exports as unknown as Exports);
    this.#questions.open(exchange);
    return engineOf(exchange);
  }
}
