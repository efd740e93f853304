// Makes of the example an app that has the packed package, and bundles it as React Native does for Android.
//
//   node app.mjs TARBALL    prints the path of the bundle

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const mobile = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(join(mobile, 'package.json'));
const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config');
const Metro = require('metro');

// Below this folder, so that it finds React Native where this package has it.
const app = join(mobile, 'packed/app');
const own = join(app, 'node_modules/@sidekick-flags/react-native');

rmSync(app, { recursive: true, force: true });
cpSync(join(mobile, 'example'), app, { recursive: true, filter: (path) => !path.includes('node_modules') });
mkdirSync(own, { recursive: true });
execFileSync('tar', ['-xzf', process.argv[2], '--strip-components=1'], { cwd: own });

const config = mergeConfig(await getDefaultConfig(app), {
  projectRoot: app,
  watchFolders: [app, join(mobile, 'node_modules')],
  maxWorkers: 1,
  resetCache: true,
  reporter: { update() {} },
});
const bundle = join(app, 'app.js');
await Metro.runBuild(config, { entry: join(app, 'index.js'), platform: 'android', dev: false, minify: true, out: bundle });
console.log(bundle);
