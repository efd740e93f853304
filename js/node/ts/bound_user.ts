// A user whose key and attributes lie in native memory, so that a question costs little more than its answer.

import { type Attributes, decodeEvaluation, defaultEvaluation, type Evaluation, textOf } from '../../shared/src/index.js';
import { userKeyText } from './ask.js';
import type { FlagHandle, FlagHandles } from './flag_handles.js';
import { UNBOUND, UNUSABLE } from './native.js';

/** Made by `client.forUser`. What the attributes are at that moment counts; later changes of the object do not. */
export class BoundUser {
  private readonly handles: FlagHandles;
  private readonly number: number;
  private readonly userKey: string | undefined;
  /** Name, value, name, value, …; nothing where they could not be read. */
  private readonly texts: readonly string[] | undefined;
  /** The engine's answers by flag key: with one user and the same flags they are the same. */
  private readonly answers = new Map<string, number>();
  /** Of the flags that the answers were given by. */
  private version: number;

  /** @internal */
  constructor(handles: FlagHandles, userKey: unknown, attributes: Attributes | undefined) {
    this.handles = handles;
    this.number = handles.nextUser();
    this.userKey = userKeyText(userKey);
    this.texts = textsOf(attributes);
    this.version = handles.version;
  }

  /** As the client's, for this user. */
  isEnabled(flagKey: string, defaultValue = false): boolean {
    if (this.version === this.handles.version) {
      const bits = this.answers.get(flagKey);
      if (bits !== undefined) return (bits & 1) === 1;
    }
    return this.evaluate(flagKey, defaultValue).enabled;
  }

  /** As the client's, for this user. */
  evaluate(flagKey: string, defaultValue = false): Evaluation {
    try {
      const { handles } = this;
      let flag = handles.get(flagKey);
      let bits = this.answer(flagKey, flag);
      if (flag !== undefined && bits === UNUSABLE) {
        flag = handles.renew(flagKey);
        bits = this.answer(flagKey, flag);
      }
      if (flag === undefined) return defaultEvaluation('FLAG_NOT_FOUND', defaultValue);
      return bits >= 0 ? decodeEvaluation(bits, flag.revision) : defaultEvaluation('ERROR', defaultValue);
    } catch {
      // A flag key that is no string.
      return defaultEvaluation('ERROR', defaultValue);
    }
  }

  private answer(flagKey: string, flag: FlagHandle | undefined): number {
    if (flag === undefined) return UNUSABLE;
    if (this.version !== this.handles.version) {
      this.answers.clear();
      this.version = this.handles.version;
    }
    const bits = this.answers.get(flagKey) ?? this.ask(flag);
    if (bits >= 0) this.answers.set(flagKey, bits);
    return bits;
  }

  private ask(flag: FlagHandle): number {
    if (flag.fixed >= 0) return flag.fixed;
    const { frame, native } = this.handles;
    frame.putFlag(flag.slot, flag.generation);
    native.evaluateBound(this.number);
    if (frame.answer !== UNBOUND) return frame.answer;
    // It has not asked yet, or another user has taken its place: there are more users than places.
    this.bind();
    native.evaluateBound(this.number);
    return frame.answer;
  }

  private bind(): void {
    if (this.texts === undefined) return;
    try {
      this.handles.native.bind(this.number, this.userKey, ...this.texts);
    } catch {
      // More attributes than a call can carry: the user stays without a place.
    }
  }
}

function textsOf(attributes: Attributes | undefined): readonly string[] | undefined {
  try {
    const texts: string[] = [];
    // Inherited ones too, as `isEnabled` sees them.
    for (const name in attributes) {
      const value = textOf(attributes[name]);
      if (value !== undefined) texts.push(name, value);
    }
    return texts;
  } catch {
    // A getter or a proxy of the caller's.
    return undefined;
  }
}
