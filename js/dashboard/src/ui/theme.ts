// Light, dark, or as the system is; kept in the browser.

import { keep, kept } from './kept.js';
import { Store } from './store.js';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const NAME = 'sidekick.theme';

export const theme = new Store<Theme>(THEMES.find((name) => name === kept('localStorage', NAME)) ?? 'system');

export function setTheme(next: Theme): void {
  keep('localStorage', NAME, next);
  theme.set(next);
}

/** Keeps the document's attribute, which the tokens follow, at the theme. */
export function applyTheme(): void {
  const apply = (): void => void (document.documentElement.dataset['theme'] = theme.get());
  apply();
  theme.subscribe(apply);
}
