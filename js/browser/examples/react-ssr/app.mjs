// The application: what the server renders and what the page takes over.

import { SidekickProvider, useFlag } from '@sidekick-flags/browser/react';
import { createElement, StrictMode } from 'react';

export function App({ client, user }) {
  return createElement(
    StrictMode,
    null,
    createElement(
      SidekickProvider,
      { client, userKey: user.key, attributes: { plan: user.plan } },
      createElement('h1', null, 'Checkout'),
      createElement(Checkout),
      createElement('small', null, `The flag new_checkout for the user ${user.key}.`),
    ),
  );
}

function Checkout() {
  const isOn = useFlag('new_checkout');
  return createElement('output', { className: isOn ? 'on' : undefined }, isOn ? 'The new checkout' : 'The old checkout');
}
