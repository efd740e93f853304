// A user whose key and attributes are read once, and whose answers are kept until a flag changes.

import { type Attributes, textOf } from '../../shared/src/attributes.js';
import type { Evaluation } from '../../shared/src/evaluation.js';
import type { WasmClient } from './client.js';
import { GIVEN } from './engine.js';

/** Made by `client.forUser`. What the attributes are at that moment counts; later changes of the object do not. */
export class BoundUser {
  readonly #client: WasmClient;
  readonly #userKey: string;
  readonly #attributes: Attributes | undefined;
  /** By flag key, packed: with one user and the same flags they are the same. */
  readonly #answers = new Map<string, number>();
  /** Of the flags that the answers were given by. */
  #version: object | undefined;

  /** @internal */
  constructor(client: WasmClient, userKey: string, attributes: Attributes | undefined) {
    this.#client = client;
    this.#userKey = userKey;
    this.#attributes = textsOf(attributes);
  }

  /** As the client's, for this user. */
  isEnabled(flagKey: string, defaultValue?: boolean): boolean {
    return (this.#ask(flagKey, defaultValue) & 1) > 0;
  }

  /** As the client's, for this user. */
  evaluate(flagKey: string, defaultValue?: boolean): Evaluation {
    return this.#client.explain(this.#ask(flagKey, defaultValue), flagKey);
  }

  #ask(flagKey: string, defaultValue: boolean | undefined): number {
    const version = this.#client.handles;
    if (version !== this.#version) {
      this.#version = version;
      this.#answers.clear();
    }
    let bits = this.#answers.get(flagKey);
    if (bits === undefined) {
      bits = this.#client.ask(flagKey, this.#userKey, this.#attributes, defaultValue);
      if (bits >= GIVEN) this.#answers.set(flagKey, bits);
    }
    return bits;
  }
}

/** A copy. Where it cannot be made, the object itself: whatever is in the way then meets each question. */
function textsOf(attributes: Attributes | undefined): Attributes | undefined {
  try {
    // Without members of its own, as an attribute may have the name of any.
    const texts: Record<string, string | undefined> = { __proto__: null } as never;
    // Inherited ones too, as `isEnabled` sees them.
    for (const name in attributes) texts[name] = textOf(attributes[name]);
    return texts;
  } catch {
    return attributes;
  }
}
