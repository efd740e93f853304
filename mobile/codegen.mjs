// Makes generated/ of the specs: what React Native's codegen gives for C++ modules, as far as an app's build asks for it.
//
// Of the files for Android and iOS that codegen has for modules in Java and Objective-C, Android's autolinking wants the two
// for C++; nothing wants the rest. With --check, nothing is written, and a file that would be another one is an error.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { TypeScriptParser } = require('@react-native/codegen/lib/parsers/typescript/parser');
const { generate } = require('@react-native/codegen/lib/generators/RNCodegen');

const root = dirname(fileURLToPath(import.meta.url));
const { codegenConfig } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { name, jsSrcsDir } = codegenConfig;

/** What is kept, by its place in codegen's output. */
const KEPT = {
  [`${name}JSI.h`]: `generated/${name}JSI.h`,
  [`jni/${name}.h`]: `generated/android/${name}.h`,
  [`jni/${name}-generated.cpp`]: `generated/android/${name}-generated.cpp`,
};

const made = mkdtempSync(join(tmpdir(), 'sidekick-codegen-'));
try {
  const schema = new TypeScriptParser().parseFile(join(root, jsSrcsDir, 'NativeSidekick.ts'));
  const options = {
    libraryName: name,
    schema,
    outputDirectory: made,
    packageName: 'unused',
    assumeNonnull: false,
    useLocalIncludePaths: true,
    includeGetDebugPropsImplementation: false,
  };
  if (!generate(options, { generators: ['modulesAndroid', 'modulesCxx'] })) throw new Error('codegen has failed');
  const stale = Object.entries(KEPT).filter(([from, to]) => !put(join(made, from), join(root, to)));
  if (stale.length > 0) {
    const files = stale.map(([, to]) => `mobile/${to}`).join(', ');
    throw new Error(`not what codegen gives for mobile/${jsSrcsDir}: ${files}. In mobile/, run: node codegen.mjs`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(made, { recursive: true });
}

/** Whether the file is there as it should be, by now. */
function put(from, to) {
  const text = readFileSync(from, 'utf8').trimStart();
  if (existsSync(to) && readFileSync(to, 'utf8') === text) return true;
  if (process.argv.includes('--check')) return false;
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
  return true;
}
