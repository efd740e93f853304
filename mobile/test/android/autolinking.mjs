// Writes what React Native's Gradle plugin writes into an app's build: how the app's library is linked with this package, or,
// with --without, an app that has no such package.
//
// node autolinking.mjs FOLDER [--without]

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { android } = createRequire(import.meta.url)(join(root, 'react-native.config.js')).dependency.platforms;
const library = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).codegenConfig.name;
const folderOf = (file) => join(root, 'android', file.replace('CMakeLists.txt', ''));
const { cmakeListsPath, cxxModuleCMakeListsPath, cxxModuleCMakeListsModuleName: target, cxxModuleHeaderName: module } = android;
const [folder] = process.argv.slice(2);
const linked = (text) => (process.argv.includes('--without') ? '' : text);

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'Android-autolinking.cmake'), `# How the app is linked with its packages.
set(REACTNATIVE_MERGED_SO true)
${linked(`add_subdirectory("${folderOf(cmakeListsPath)}" ${library}_autolinked_build)
add_subdirectory("${folderOf(cxxModuleCMakeListsPath)}" ${library}_cxxmodule_autolinked_build)
set(AUTOLINKED_LIBRARIES react_codegen_${library} ${target})`)}
`);
writeFileSync(join(folder, 'autolinking.h'), `// The app's packages.
#pragma once
#include <ReactCommon/CallInvoker.h>
#include <ReactCommon/JavaTurboModule.h>
#include <ReactCommon/TurboModule.h>
#include <jsi/jsi.h>
#include <react/renderer/componentregistry/ComponentDescriptorProviderRegistry.h>
namespace facebook {
namespace react {
std::shared_ptr<TurboModule> autolinking_ModuleProvider(const std::string moduleName, const JavaTurboModule::InitParams &params);
std::shared_ptr<TurboModule> autolinking_cxxModuleProvider(const std::string moduleName, const std::shared_ptr<CallInvoker>& jsInvoker);
void autolinking_registerProviders(std::shared_ptr<ComponentDescriptorProviderRegistry const> providerRegistry);
} // namespace react
} // namespace facebook
`);
writeFileSync(join(folder, 'autolinking.cpp'), `// What makes their modules.
#include "autolinking.h"
${linked(`#include <${library}.h>
#include <${module}.h>`)}
namespace facebook {
namespace react {
std::shared_ptr<TurboModule> autolinking_ModuleProvider(const std::string moduleName, const JavaTurboModule::InitParams &params) {
${linked(`auto module_${library} = ${library}_ModuleProvider(moduleName, params);
if (module_${library} != nullptr) {
return module_${library};
}`)}
  return nullptr;
}
std::shared_ptr<TurboModule> autolinking_cxxModuleProvider(const std::string moduleName, const std::shared_ptr<CallInvoker>& jsInvoker) {
${linked(`if (moduleName == ${module}::kModuleName) {
return std::make_shared<${module}>(jsInvoker);
}`)}
  return nullptr;
}
void autolinking_registerProviders(std::shared_ptr<ComponentDescriptorProviderRegistry const> providerRegistry) {
  return;
}
} // namespace react
} // namespace facebook
`);
