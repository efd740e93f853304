// A small application whose HTML a server makes and a page takes over.

import { createElement, type ReactElement, StrictMode } from 'react';
import { type FlagClient, SidekickProvider, useFlag } from '@sidekick-flags/browser/react';

export function Checkout({ client }: { client: FlagClient }): ReactElement {
  const flags = createElement(SidekickProvider, { client, userKey: 'ann', attributes: { plan: 'pro' } }, createElement(Flags));
  return createElement(StrictMode, null, flags);
}

function Flags(): ReactElement {
  const isNew = useFlag('new_checkout');
  const isPro = useFlag('pro', { country: 'de' });
  return createElement('p', null, isNew ? 'new' : 'old', ' ', isPro ? 'pro' : 'free');
}
