// A user whose key and attributes lie in native memory, and whose answers are kept until a flag changes.

import type { Attributes } from '../../js/shared/src/attributes.js';
import type { Evaluation } from '../../js/shared/src/evaluation.js';
import { explain, isGiven } from './answer.js';
import { bind } from './ask.js';
import type { FlagHandles } from './flag_handles.js';

/** Made by `client.forUser`. What the attributes are at that moment counts; later changes of the object do not. */
export class BoundUser {
  private readonly handles: FlagHandles;
  private readonly ask: ((flagKey: string, defaultValue?: unknown) => number) | undefined;
  /** The flags' answers by key: with one user and the same flags they are the same. */
  private readonly answers = new Map<string, number>();
  /** Of the flags that the answers were given by. */
  private version: number;

  /** @internal */
  constructor(handles: FlagHandles, userKey: unknown, attributes: Attributes | undefined) {
    this.handles = handles;
    this.ask = handles.native && bind(handles.native, userKey, attributes);
    this.version = handles.version;
  }

  /** As the client's, for this user. */
  isEnabled(flagKey: string, defaultValue = false): boolean {
    return (this.answer(flagKey, defaultValue) & 1) > 0;
  }

  /** As the client's, for this user. */
  evaluate(flagKey: string, defaultValue = false): Evaluation {
    return explain(this.answer(flagKey, defaultValue), this.handles.get(flagKey).revision);
  }

  private answer(flagKey: string, defaultValue: boolean): number {
    if (this.version !== this.handles.version) {
      this.version = this.handles.version;
      this.answers.clear();
    }
    const kept = this.answers.get(flagKey);
    if (kept !== undefined) return kept;
    const flag = this.handles.get(flagKey);
    if (flag.revision === null || !this.ask) return flag.evaluate(undefined, undefined, defaultValue);
    const bits = flag.fixed < 0 ? this.ask(flagKey, defaultValue) : flag.fixed;
    if (isGiven(bits)) this.answers.set(flagKey, bits);
    return bits;
  }
}
