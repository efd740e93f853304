# Stands in for the package that React Native's libraries come as on Android: its
# JSI and its TurboModules, made for this machine of its own sources, and the
# process in which the app's library lies.
#
# REACT_ANDROID_DIR is where React Native's file for apps looks, too; WITHOUT_FOLLY
# is a folder with an empty `react/bridging/Dynamic.h`.
set(COMMON "${REACT_ANDROID_DIR}/../ReactCommon")
set(MODULES "${COMMON}/react/nativemodule/core/ReactCommon")

file(GLOB JSI_SOURCES "${COMMON}/jsi/jsi/jsi.cpp" "${COMMON}/jsi/jsi/jsilib-posix.cpp")
add_library(their_jsi SHARED ${JSI_SOURCES})
target_include_directories(their_jsi SYSTEM PUBLIC "${COMMON}/jsi" "${COMMON}")

# A release lacks some of them.
file(GLOB REACT_SOURCES
  "${MODULES}/CxxTurboModuleUtils.cpp" "${MODULES}/TurboModule.cpp" "${MODULES}/TurboModuleBinding.cpp"
  "${MODULES}/TurboModuleWithJSIBindings.cpp" "${COMMON}/react/bridging/LongLivedObject.cpp"
  "${COMMON}/react/utils/jsi-utils.cpp")
add_library(their_reactnative SHARED ${REACT_SOURCES} "${CMAKE_CURRENT_LIST_DIR}/host.cpp")
target_include_directories(their_reactnative BEFORE PUBLIC "${WITHOUT_FOLLY}" "${CMAKE_CURRENT_LIST_DIR}")
target_include_directories(their_reactnative SYSTEM PUBLIC
  "${COMMON}/callinvoker" "${COMMON}/react/nativemodule/core" "${COMMON}/runtimeexecutor")
target_link_libraries(their_reactnative PUBLIC their_jsi)

foreach(LIBRARY their_jsi their_reactnative)
  # `__unused` is a word of the C libraries of phones.
  target_compile_options(${LIBRARY} PRIVATE -std=c++20 -w -DREACT_NATIVE_PRODUCTION -D__unused=)
  set_target_properties(${LIBRARY} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
endforeach()

add_library(ReactAndroid::jsi INTERFACE IMPORTED)
target_link_libraries(ReactAndroid::jsi INTERFACE their_jsi)
add_library(ReactAndroid::reactnative INTERFACE IMPORTED)
target_link_libraries(ReactAndroid::reactnative INTERFACE their_reactnative)

# The app's process, whose engine is JavaScriptCore here.
find_package(PkgConfig REQUIRED)
pkg_check_modules(ENGINE REQUIRED IMPORTED_TARGET javascriptcoregtk-4.1)
add_executable(app "${CMAKE_CURRENT_LIST_DIR}/../app.cpp" "${COMMON}/jsc/JSCRuntime.cpp")
target_compile_options(app PRIVATE -std=c++20 -w -include stdint.h)
target_link_libraries(app appmodules their_reactnative PkgConfig::ENGINE)
