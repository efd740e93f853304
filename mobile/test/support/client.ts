// The least that a client in TypeScript is: it answers through the host functions.

import { decodeEvaluation, defaultEvaluation, type Evaluation } from '../../../js/shared/src/evaluation.js';
import type { NativeClient } from './host.js';

type Attributes = Record<string, string>;

export class TestClient {
  readonly #native: NativeClient;

  constructor(native: NativeClient) {
    this.#native = native;
  }

  isEnabled(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): boolean {
    return this.evaluate(flagKey, userKey, attributes, defaultValue).enabled;
  }

  evaluate(flagKey: string, userKey: string, attributes?: Attributes, defaultValue = false): Evaluation {
    const flag = this.#native.resolve(flagKey);
    if (flag === undefined) return defaultEvaluation('FLAG_NOT_FOUND', defaultValue);
    return decodeEvaluation(flag.evaluate(userKey, attributes, defaultValue), flag.revision);
  }

  forUser(userKey: string, attributes?: Attributes) {
    const ask = this.#native.bindUser(userKey, attributes);
    const evaluate = (flagKey: string, defaultValue = false): Evaluation => decodeEvaluation(ask(flagKey, defaultValue), null);
    return { evaluate, isEnabled: (flagKey: string, defaultValue = false) => evaluate(flagKey, defaultValue).enabled };
  }
}
