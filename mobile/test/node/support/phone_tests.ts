// What all clients promise, held by a client on a phone, and what only phones have.

import { after } from 'node:test';
import { clientTests } from '../../../../js/shared/test/support/client_tests.js';
import { transportTests } from '../../../../js/shared/test/support/transport_tests.js';
import { appTests } from './app_tests.js';
import { Phone } from './phone.js';
import type { Platform } from './react_native.js';
import { requestTests } from './request_tests.js';
import { rollOverTests } from './roll_over_tests.js';

export function phoneTests(platform: Platform): void {
  const phone = new Phone(platform);
  after(() => phone.end());
  clientTests(phone.subject);
  transportTests(phone.subject);
  requestTests(phone);
  rollOverTests(phone);
  appTests(phone);
}
