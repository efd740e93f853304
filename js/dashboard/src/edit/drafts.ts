// Edits that are not saved, by flag: they stay while the page is open, wherever one goes in it.

import type { Flag } from '../api.js';
import { Store } from '../ui/store.js';
import type { Draft } from './draft.js';

export interface Editing {
  /** The version that the edit began from. */
  readonly base: Flag;
  readonly draft: Draft;
}

export const drafts = new Store<ReadonlyMap<string, Editing>>(new Map());

export function keepDraft(key: string, editing: Editing): void {
  drafts.update((all) => new Map(all).set(key, editing));
}

export function dropDraft(key: string): void {
  drafts.update((all) => {
    const left = new Map(all);
    left.delete(key);
    return left;
  });
}

/** The browser asks before the page with an edit in it is closed. */
addEventListener('beforeunload', (event) => {
  if (drafts.get().size > 0) event.preventDefault();
});
