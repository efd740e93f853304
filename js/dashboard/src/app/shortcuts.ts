// The page's keys. They are single letters, so they count only where nobody writes.

import { useEffect } from 'react';
import { actOnNewest } from '../ui/toasts.js';
import { go } from './route.js';

/** What the flag list's search field is found by. */
export const SEARCH_ID = 'flag-search';

export function useShortcuts(showHelp: () => void, mayWrite: boolean): void {
  useEffect(() => {
    const acts: Record<string, () => void> = {
      '/': search,
      '?': showHelp,
      u: actOnNewest,
      f: () => go({ page: 'flags' }),
      ...(mayWrite && { n: () => go({ page: 'new', from: undefined }), h: () => go({ page: 'history' }), s: () => go({ page: 'server' }) }),
    };
    const hear = (event: KeyboardEvent): void => {
      const act = acts[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isWriting(event.target)) return;
      if (document.querySelector('[role=dialog], [role=alertdialog]')) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  }, [showHelp, mayWrite]);
}

function search(): void {
  go({ page: 'flags' });
  // The list may not be there before the next frame.
  requestAnimationFrame(() => document.getElementById(SEARCH_ID)?.focus());
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'range'].includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
