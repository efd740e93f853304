// How JavaScript gets at the engine: as a TurboModule, or by what C++ puts on the runtime.

import { TurboModuleRegistry } from 'react-native';

import { openStream, outputs, replay } from '../../js/shared/test/support/stream.js';
import { same } from '../../js/shared/test/support/values.js';
import NativeSidekick from '../spec/NativeSidekick';
import { createClient, globals, host, type NativeClient } from './support/host.js';
import { test, thrown } from './support/tests.js';

test('React Native has a module Sidekick, one for the runtime, and none of another name', () => {
  same(NativeSidekick == null, false);
  same(TurboModuleRegistry.get('Sidekick') === NativeSidekick, true);
  same(TurboModuleRegistry.getEnforcing('Sidekick') === NativeSidekick, true);
  same(TurboModuleRegistry.get('sidekick'), null);
});

test('a client of the module holds its host functions itself', () => {
  same(Object.keys(createClient()).includes('resolve'), true);
});

test('each client is its own', () => {
  const [first, second] = [createClient(), createClient()];
  openStream(first, replay([{ key: 'on', is_enabled: true }], 5));
  outputs(first);
  same([first.revision(), second.revision()], [5, 0]);
  same(second.resolve('on') === undefined, true);
});

test('a seed that is none is refused', () => {
  const create = NativeSidekick!.createClient as (...values: unknown[]) => NativeClient;
  same(thrown(() => create(1, 1.5e300)), 'sidekick: createClient: `seedLow` is `1.5e+300`; it must be a number from 0 to 4294967295');
  same(thrown(() => create(NaN, 1)), 'sidekick: createClient: `seedHigh` is `NaN`; it must be a number from 0 to 4294967295');
  for (const values of [[], [1], ['1', '2'], [{}, null]]) same(thrown(() => create(...values)).length > 0, true);
});

test('C++ that holds the runtime puts the same on it, as often as it likes', () => {
  same(globals.__sidekickJSI === undefined, true);
  host.installSidekickJSI();
  const first = globals.__sidekickJSI!;
  const client = first.createClient(1, 2);
  same(Object.keys(client), Object.keys(createClient()));
  host.installSidekickJSI();
  same(globals.__sidekickJSI === first, false);
  openStream(client, replay([{ key: 'on', is_enabled: true }], 5));
  same(client.resolve('on')!.fixed & 1, 1);
  same(thrown(() => first.createClient(-1, 0)), 'sidekick: createClient: `seedHigh` is `-1`; it must be a number from 0 to 4294967295');
  delete globals.__sidekickJSI;
});
