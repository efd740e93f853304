// Where the key is kept: for the tab, or in the browser where the user asked for it.

import { forget, keep, kept } from '../ui/kept.js';

const NAME = 'sidekick.key';

/** The kept key; undefined where there is none. */
export function keptKey(): string | undefined {
  return kept('sessionStorage', NAME) ?? kept('localStorage', NAME);
}

export function keepKey(key: string, remember: boolean): void {
  forgetKey();
  keep(remember ? 'localStorage' : 'sessionStorage', NAME, key);
}

export function forgetKey(): void {
  forget('sessionStorage', NAME);
  forget('localStorage', NAME);
}
