// A React page that shows one flag, and follows it.

import { SidekickBrowserClient } from '@sidekick-flags/browser';
import { SidekickProvider, useFlag } from '@sidekick-flags/browser/react';
import { StrictMode, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';

// Where the flag server is, and the key it knows browsers by. In a page of your own these are constants.
const { searchParams } = new URL(location.href);
const client = new SidekickBrowserClient(searchParams.get('server') ?? 'http://localhost:3000', searchParams.get('key') ?? '');

function Checkout() {
  const isOn = useFlag('new_checkout', { plan: 'pro' });
  return <output className={isOn ? 'on' : ''}>{isOn ? 'The new checkout' : 'The old checkout'}</output>;
}

const onStatus = (listener) => client.on('status', listener);

function Status() {
  const status = useSyncExternalStore(onStatus, () => client.status);
  return <small>The flag new_checkout for the user ann. The stream is {status}.</small>;
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <SidekickProvider client={client} userKey="ann">
      <h1>Checkout</h1>
      <Checkout />
      <Status />
    </SidekickProvider>
  </StrictMode>,
);
