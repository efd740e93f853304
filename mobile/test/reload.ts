// What an app leaves behind when its runtime is destroyed: clients, flags and users that are all in use.

import './platform.js';
import { openStream, replay } from '../../js/shared/test/support/stream.js';
import { same } from '../../js/shared/test/support/values.js';
import { createClient, host } from './support/host.js';

const FLAG = { key: 'flag', is_enabled: true, rules: [{ attribute: 'plan', operator: 'Equals', values: ['pro'] }] };
const left: unknown[] = [];
for (let made = 0; made < 5; made += 1) {
  const client = createClient(0, made);
  openStream(client, replay([FLAG], 1));
  const flag = client.resolve('flag')!;
  const user = client.bindUser('u', { plan: 'pro' });
  same([flag.evaluate('u', { plan: 'pro' }) & 1, user('flag') & 1], [1, 1]);
  // Outputs wait for somebody to take them.
  left.push(client, flag, user);
}
Object.assign(globalThis, { left });
host.end(0);
