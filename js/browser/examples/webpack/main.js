// A page that shows one flag, and follows it.

import { SidekickBrowserClient } from '@sidekick-flags/browser';

// Where the flag server is, and the key it knows browsers by. In a page of your own these are constants.
const { searchParams } = new URL(location.href);
const server = searchParams.get('server') ?? 'http://localhost:3000';
const key = searchParams.get('key') ?? '';

const client = new SidekickBrowserClient(server, key);

function show() {
  const isOn = client.isEnabled('new_checkout', 'ann', { plan: 'pro' });
  const checkout = document.querySelector('#checkout');
  checkout.textContent = isOn ? 'The new checkout' : 'The old checkout';
  checkout.classList.toggle('on', isOn);
  document.querySelector('#status').textContent = client.status;
}

client.on('change', show);
client.on('status', show);
// Without flags every answer is the default: worth a warning, no reason to show nothing.
await client.init().catch((error) => console.warn(error.message));
show();
