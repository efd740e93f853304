// A user whose key and attributes are read once, and whose answers are kept until a flag changes.

import { type Attributes, textOf } from '../../shared/src/attributes.js';
import type { Evaluation } from '../../shared/src/evaluation.js';
import { isGiven, type Questions } from './questions.js';

/** Made by `client.forUser`. What the attributes are at that moment counts; later changes of the object do not. */
export class BoundUser {
  readonly #questions: Questions;
  readonly #userKey: string;
  readonly #attributes: Attributes | undefined;
  /** By flag key, packed: with one user and the same flags they are the same. */
  readonly #answers = new Map<string, number>();
  /** Of the flags that the answers were given by. */
  #version: object | undefined;

  /** @internal */
  constructor(questions: Questions, userKey: string, attributes: Attributes | undefined) {
    this.#questions = questions;
    this.#userKey = userKey;
    this.#attributes = textsOf(attributes);
  }

  /** As the client's, for this user. */
  isEnabled(flagKey: string, defaultValue = false): boolean {
    return (this.#ask(flagKey, defaultValue) & 1) > 0;
  }

  /** As the client's, for this user. */
  evaluate(flagKey: string, defaultValue = false): Evaluation {
    return this.#questions.explain(this.#ask(flagKey, defaultValue), flagKey);
  }

  #ask(flagKey: string, defaultValue: boolean): number {
    const version = this.#questions.handles;
    if (version !== this.#version) {
      this.#version = version;
      this.#answers.clear();
    }
    let bits = this.#answers.get(flagKey);
    if (bits === undefined) {
      bits = this.#questions.ask(flagKey, this.#userKey, this.#attributes, defaultValue);
      if (isGiven(bits)) this.#answers.set(flagKey, bits);
    }
    return bits;
  }
}

/** A copy. Where it cannot be made, the object itself: whatever is in the way then meets each question. */
function textsOf(attributes: Attributes | undefined): Attributes | undefined {
  try {
    // Without members of its own, as an attribute may have the name of any.
    const texts: Record<string, string | undefined> = Object.create(null);
    // Inherited ones too, as `isEnabled` sees them.
    for (const name in attributes) texts[name] = textOf(attributes[name]);
    return texts;
  } catch {
    return attributes;
  }
}
