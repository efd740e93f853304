// What is seen to tell everybody who carries a client key an address or a domain.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TargetingRule } from '../../src/api.js';
import { exposesAddresses, showsAddresses } from '../../src/edit/exposure.js';

const rule = (operator: string, ...values: string[]): TargetingRule => ({ attribute: 'x', operator, values });

test('addresses and domains are seen among the values', () => {
  for (const value of ['ann@acme.com', '@acme.com', 'acme.com', '.acme.co.uk', 'mail.ACME.example']) assert.ok(showsAddresses(rule('EndsWith', 'DE', value)), value);
  for (const value of ['', 'DE', 'pro', '1.2.3', 'v1.2', '10.0.0.1', 'a sentence. With points', 'tenant-12']) assert.ok(!showsAddresses(rule('Equals', value)), value);
});

test('values that are hashed, and rules of a hidden flag, tell nobody', () => {
  const hashed = { ...rule('Equals', 'ann@acme.com'), hash_values: true };
  assert.equal(showsAddresses(hashed), false);
  assert.equal(showsAddresses({ ...hashed, operator: 'Contains' }), true, 'a part of a value cannot be hashed');
  const rules = [rule('Equals', 'DE'), rule('EndsWith', '@acme.com')];
  assert.equal(exposesAddresses({ rules }), true);
  assert.equal(exposesAddresses({ client_visible: false, rules }), false);
  assert.equal(exposesAddresses({ rules: [hashed] }), false);
});
