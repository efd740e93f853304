// Where in the page one is: kept in the address behind the #, so that links and the browser's back work.

import { useSyncExternalStore } from 'react';

export type Route =
  | { readonly page: 'flags' }
  | { readonly page: 'flag'; readonly key: string }
  | { readonly page: 'new'; readonly from: string | undefined }
  | { readonly page: 'history' }
  | { readonly page: 'server' };

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => location.hash));
}

/** Whatever it is that cannot be read is the list. */
export function routeOf(hash: string): Route {
  const [page = '', rest = ''] = splitAt(hash.replace(/^#?\/?/, ''), /[/?]/);
  const key = decoded(rest);
  if (page === 'flags' && key) return { page: 'flag', key };
  if (page === 'new') return { page: 'new', from: decoded(rest.replace(/^from=/, '')) || undefined };
  if (page === 'history' || page === 'server') return { page };
  return { page: 'flags' };
}

export function addressOf(route: Route): string {
  if (route.page === 'flag') return `#/flags/${encodeURIComponent(route.key)}`;
  if (route.page === 'new' && route.from !== undefined) return `#/new?from=${encodeURIComponent(route.from)}`;
  return `#/${route.page}`;
}

export function go(route: Route): void {
  location.hash = addressOf(route);
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

function splitAt(text: string, mark: RegExp): [string, string] {
  const at = text.search(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
