// The package's own client: that it has the stream that the other tests here hold to its promises.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { next, reached } from '../../../js/shared/test/support/events.js';
import { CLIENT_KEY, Server } from '../../../js/shared/test/support/server.js';
import type { SidekickMobileClient } from '../../ts/client.js';
import { packageClient } from './support/package_client.js';
import { Network, Phone } from './support/phone.js';
import { eventually, record } from './support/recording.js';

describe('the package\'s client', () => {
  const phone = new Phone('ios');
  let Client: typeof SidekickMobileClient;
  let server: Server;
  before(async () => {
    Client = await packageClient(phone);
    server = await Server.start([{ key: 'on', is_enabled: true }]);
  });
  after(() => server.dispose());

  it('follows the server, the app and the network, and ends with its close', async () => {
    const network = new Network();
    const client = new Client(server.url, CLIENT_KEY, { netInfo: network });
    await client.init();
    const recording = record(client);
    assert.equal(client.isEnabled('on', 'u'), true);
    await reached(client, await server.put({ key: 'on', is_enabled: false }));
    assert.equal(client.isEnabled('on', 'u'), false);
    phone.move('background');
    await eventually('no stream is left', async () => (await server.metric('sidekick_streams_connected')) === 0);
    const revision = await server.put({ key: 'on', is_enabled: true });
    phone.move('active');
    await reached(client, revision);
    assert.equal(client.isEnabled('on', 'u'), true);
    const ready = next(client, 'ready');
    network.become({ isConnected: true, type: 'cellular' });
    await ready;
    assert.deepEqual([recording.statuses, recording.errors], [['stale', 'ready', 'stale', 'ready'], []]);
    await client.close();
    assert.equal(network.listeners, 0);
    await eventually('no stream is left', async () => (await server.metric('sidekick_streams_connected')) === 0);
  });

  it('says what a phone forbids where it cannot reach the server', async () => {
    const client = new Client('http://127.0.0.1:1', CLIENT_KEY, { onError: () => undefined });
    void client.init();
    const { message } = await next(client, 'error');
    assert.match(message, /Could not connect to the server\.; does the app allow http:/);
    await client.close();
  });
});
