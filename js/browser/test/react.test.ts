// The hooks on a server, where React renders once and nothing follows.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createElement, type ReactElement } from 'react';
import { renderToString } from 'react-dom/server';
import { type Attributes, SidekickBrowserClient as PageClient } from '@sidekick-flags/browser';
import { SidekickBrowserClient } from '@sidekick-flags/browser/edge';
import { type FlagClient, SidekickProvider, useFlag, useSidekick } from '@sidekick-flags/browser/react';
import type { SidekickClient } from '../../node/ts/client.js';
import { Server } from '../../shared/test/support/server.js';
import { withNodeClient } from './support/node_client.js';

// A server may render with the client for Node.
true satisfies SidekickClient extends FlagClient ? true : false;

const equals = (attribute: string, value: string): object => ({ attribute, operator: 'Equals', values: [value] });

function Flag({ name, attributes, fallback }: { name: string; attributes?: Attributes; fallback?: boolean }): ReactElement {
  return createElement('b', null, String(useFlag(name, attributes, fallback)));
}

describe('on a server, useFlag', () => {
  let server: Server;
  before(async () => {
    server = await Server.start([
      { key: 'on', is_enabled: true },
      { key: 'pro', is_enabled: true, rollout_percentage: 0, rules: [equals('plan', 'pro')] },
      { key: 'adult', is_enabled: true, rollout_percentage: 0, rules: [equals('age', '42')] },
    ]);
  });
  after(() => server.dispose());

  const html = (client: FlagClient, flag: ReactElement, attributes?: Attributes): string =>
    renderToString(createElement(SidekickProvider, { client, userKey: 'ann', attributes }, flag));

  it('answers as the client does', async () => {
    await withNodeClient(server.url, (client) => {
      assert.equal(html(client, createElement(Flag, { name: 'on' })), '<b>true</b>');
      assert.equal(html(client, createElement(Flag, { name: 'unknown' })), '<b>false</b>');
      assert.equal(html(client, createElement(Flag, { name: 'unknown', fallback: true })), '<b>true</b>');
    });
  });

  it('counts its own attributes beside and before those of the provider', async () => {
    await withNodeClient(server.url, (client) => {
      const pro = (attributes?: Attributes): ReactElement => createElement(Flag, { name: 'pro', ...(attributes && { attributes }) });
      assert.equal(html(client, pro()), '<b>false</b>');
      assert.equal(html(client, pro(), { plan: 'pro' }), '<b>true</b>');
      assert.equal(html(client, pro({ plan: 'pro' })), '<b>true</b>');
      assert.equal(html(client, pro({ country: 'de' }), { plan: 'pro' }), '<b>true</b>');
      assert.equal(html(client, pro({ plan: 'free' }), { plan: 'pro' }), '<b>false</b>');
    });
  });

  it('takes of the provider what the client takes: texts, numbers, booleans, bigints, nothing else', async () => {
    await withNodeClient(server.url, (client) => {
      const adult = createElement(Flag, { name: 'adult' });
      for (const age of ['42', 42, 42n]) assert.equal(html(client, adult, { age }), '<b>true</b>');
      for (const age of [41, null, undefined, Number.NaN]) assert.equal(html(client, adult, { age }), '<b>false</b>');
    });
  });

  it('answers the default while there are no flags', () => {
    const client = new SidekickBrowserClient('http://127.0.0.1:1', '', { wasm: new Uint8Array() });
    assert.equal(html(client, createElement(Flag, { name: 'on' })), '<b>false</b>');
    assert.equal(html(client, createElement(Flag, { name: 'on', fallback: true })), '<b>true</b>');
  });

  it('answers the default for a client that was made for the page, in code that both run', () => {
    const client = new PageClient('http://127.0.0.1:1', '');
    assert.equal(html(client, createElement(Flag, { name: 'on', fallback: true })), '<b>true</b>');
  });

  it('without a provider says that there is none, and so does useSidekick', () => {
    const sentence = { message: 'useFlag and useSidekick need a SidekickProvider above the component that calls them; there is none' };
    assert.throws(() => renderToString(createElement(Flag, { name: 'on' })), sentence);
    assert.throws(
      () =>
        renderToString(
          createElement(() => {
            useSidekick();
            return null;
          }),
        ),
      sentence,
    );
  });

  it('asks the nearest provider, which useSidekick gives', async () => {
    await withNodeClient(server.url, (client) => {
      const Status = (): string => useSidekick().status;
      const inner = createElement(SidekickProvider, { client, userKey: 'ben', attributes: { plan: 'pro' } }, createElement(Flag, { name: 'pro' }), createElement(Status));
      assert.equal(html(client, inner), '<b>true</b>ready');
    });
  });
});
