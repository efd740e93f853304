// The example's screen over a phone's networking, by the built package: React renders it into a tree of names and texts,
// for the views of a phone are not here.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { Server } from '../../../js/shared/test/support/server.js';
import { createClient } from './support/package_client.js';
import { Network, Phone } from './support/phone.js';
import { eventually } from './support/recording.js';

const MOBILE = join(import.meta.dirname, '../..');
const requireThere = createRequire(join(MOBILE, 'package.json'));

/** The address that the example has in its code. */
const ADDRESS = 'http://localhost:3000';

/** What of React's renderer for tests is used; it has no types of its own. */
interface Tree {
  readonly root: Node;
  /** Null until something is rendered. */
  toJSON(): unknown;
  unmount(): void;
}
interface Node {
  readonly props: Readonly<Record<string, unknown>>;
  findAllByType(type: string): Node[];
}
type Render = (element: unknown) => Tree;

let server: Server;
before(async () => {
  // The example has no key, so the server asks for none.
  server = await Server.start([{ key: 'new_checkout', is_enabled: true }], { SDK_KEY: '', CLIENT_KEY: '' });
});
after(() => server.dispose());

it('the example shows the flag and follows it, over a stay in the background too', async () => {
  const phone = new Phone('ios');
  const stored = new Map<string, string>();
  const { App, client } = load(phone, stored);
  const { create } = requireThere('react-test-renderer') as { create: Render };
  const { createElement } = requireThere('react') as { createElement(type: unknown): unknown };
  const tree = create(createElement(App));
  const texts = (): unknown[] => tree.root.findAllByType('Text').map(({ props }) => props['children']);
  const shows = (...expected: string[]): Promise<void> =>
    eventually(`${expected.join()} on the screen`, async () => JSON.stringify(texts()) === JSON.stringify(expected));

  try {
    await eventually('the screen', async () => tree.toJSON() !== null);
    await shows('new_checkout is on', 'ready');
    await server.put({ key: 'new_checkout', is_enabled: false });
    await shows('new_checkout is off', 'ready');

    phone.move('background');
    await shows('new_checkout is off', 'stale');
    await server.put({ key: 'new_checkout', is_enabled: true });
    phone.move('active');
    await shows('new_checkout is on', 'ready');

    const [button] = tree.root.findAllByType('Button');
    assert.equal(button?.props['title'], 'Be on the plan pro');
    (button.props['onPress'] as () => void)();
    await eventually('the other plan', async () => tree.root.findAllByType('Button')[0]?.props['title'] === 'Be on the plan free');
  } finally {
    tree.unmount();
    await client.close();
  }
  assert.equal(stored.size, 1);
});

/** The example in one file, with the package as apps get it; what else an app has is given. */
function load(phone: Phone, stored: Map<string, string>): { App: unknown; client: { close(): Promise<void> } } {
  const esbuild = createRequire(join(MOBILE, '../js/package.json'))('esbuild') as {
    buildSync(options: object): { outputFiles: [{ text: string }] };
  };
  const { outputFiles } = esbuild.buildSync({
    stdin: { contents: "export { App } from './App'; export { client } from './client';", resolveDir: join(MOBILE, 'example') },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    jsx: 'automatic',
    tsconfigRaw: '{}',
    alias: { '@sidekick-flags/react-native': join(MOBILE, 'lib/index.js') },
    external: ['react', 'react-native', '@react-native-*'],
  });
  const given: Readonly<Record<string, unknown>> = {
    'react-native': {
      AppState: phone.appState,
      TurboModuleRegistry: { get: () => ({ createClient }) },
      Platform: { OS: 'ios' },
      StyleSheet: { create: (styles: object) => styles },
      View: 'View',
      Text: 'Text',
      Button: 'Button',
    },
    '@react-native-community/netinfo': new Network(),
    '@react-native-async-storage/async-storage': {
      createAsyncStorage: () => ({
        getItem: async (name: string) => stored.get(name) ?? null,
        setItem: async (name: string, text: string) => void stored.set(name, text),
      }),
    },
  };
  globalThis.XMLHttpRequest = class extends globalThis.XMLHttpRequest {
    override open(method: string, address: string | URL): void {
      super.open(method, String(address).replace(ADDRESS, server.url));
    }
  };
  const module = { exports: {} };
  const run = new Function('require', 'module', 'exports', outputFiles[0].text) as (...given: unknown[]) => void;
  run((name: string): unknown => given[name] ?? requireThere(name), module, module.exports);
  return module.exports as ReturnType<typeof load>;
}
