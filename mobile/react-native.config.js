// What React Native's autolinking is told of this package. It is CommonJS by a name that the tools of every release look for.

/** There is no Gradle project: the C++ becomes a part of the app's own library. The paths are seen from `android/`. */
const android = {
  cmakeListsPath: 'codegen/CMakeLists.txt',
  cxxModuleCMakeListsPath: 'CMakeLists.txt',
  cxxModuleCMakeListsModuleName: 'sidekick_react_native',
  // Of the header and of the class in it.
  cxxModuleHeaderName: 'SidekickModule',
};

module.exports = { dependency: { platforms: { android } } };
