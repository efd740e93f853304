// Both sides of the flag are tested, without a server: to code that asks, flags are one function.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { invoice } from './invoice.mjs';

const ANN = { id: 'c-1', name: 'Ann', country: 'DE' };

/** These flags are on, all others off. */
const on = (...keys) => ({ isEnabled: (key) => keys.includes(key) });

it('has a code to scan where the new invoice is on', () => {
  assert.equal(invoice(on('new_invoice'), ANN), 'Invoice for Ann, with a code to scan');
});

it('is as it was where it is off', () => {
  assert.equal(invoice(on(), ANN), 'Invoice for Ann');
});

it('asks about the customer, and tells the country', () => {
  const asked = [];
  invoice({ isEnabled: (...words) => asked.push(words) > 1 }, ANN);
  assert.deepEqual(asked, [['new_invoice', 'c-1', { country: 'DE' }]]);
});
