// React Native's own JavaScript in Node: compiled by its Babel preset as in an app, with native modules that are given.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { AppStateLike } from '../../../ts/app_state.js';

/** Another release may be named, installed beside its Babel preset. */
const REACT_NATIVE = process.env['SIDEKICK_REACT_NATIVE'] ?? join(import.meta.dirname, '../../../node_modules/react-native');

const requireThere = createRequire(join(REACT_NATIVE, 'package.json'));
const babel = requireThere('@babel/core') as { transformSync(code: string, options: object): { code: string } };
const preset = requireThere.resolve('@react-native/babel-preset');

export type Platform = 'android' | 'ios';

/** What native code calls JavaScript by. */
export interface DeviceEvents {
  emit(event: string, value: unknown): void;
}

interface Runtime {
  readonly XMLHttpRequest: typeof XMLHttpRequest;
  readonly AppState: AppStateLike;
  readonly events: DeviceEvents;
}

/** Loads the platform's side over these native modules. One platform a process: React Native has them in globals. */
export function reactNative(platform: Platform, modules: Readonly<Record<string, object>>): Runtime {
  Object.assign(globalThis, { __DEV__: false, nativeModuleProxy: {}, __turboModuleProxy: (name: string) => modules[name] ?? null });
  const run = loader(platform);
  const load = (file: string): unknown => {
    const module = run(file);
    // In 0.76 some modules are what later is their default export.
    return module['default'] ?? module;
  };
  return {
    XMLHttpRequest: load('Libraries/Network/XMLHttpRequest.js') as typeof XMLHttpRequest,
    AppState: load('Libraries/AppState/AppState.js') as Runtime['AppState'],
    events: load('Libraries/EventEmitter/RCTDeviceEventEmitter.js') as DeviceEvents,
  };
}

/** As Metro finds and runs modules, as far as React Native's own files need it. */
function loader(platform: Platform): (file: string) => Record<string, unknown> {
  const loaded = new Map<string, { exports: Record<string, unknown> }>();

  const run = (path: string): Record<string, unknown> => {
    const known = loaded.get(path);
    if (known) return known.exports;
    const module = { exports: {} };
    loaded.set(path, module);
    const { code } = babel.transformSync(readFileSync(path, 'utf8'), { filename: path, presets: [preset], babelrc: false, configFile: false });
    const own = createRequire(path);
    const require = (name: string): unknown => (name.startsWith('.') ? run(resolve(join(dirname(path), name))) : own(name));
    new Function('require', 'module', 'exports', 'global', code)(require, module, module.exports, globalThis);
    return module.exports;
  };

  const resolve = (path: string): string => {
    const endings = ['', `.${platform}.js`, '.native.js', '.js', `/index.${platform}.js`, '/index.js'];
    const found = endings.map((ending) => path + ending).find((file) => /\.js$/.test(file) && existsSync(file));
    if (!found) throw new Error(`${path} is not in React Native`);
    return found;
  };

  return (file) => run(join(REACT_NATIVE, file));
}
