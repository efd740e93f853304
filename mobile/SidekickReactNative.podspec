# Links the native library into an iOS app; React Native's autolinking finds it.
require 'json'

package = JSON.parse(File.read(File.join(__dir__, 'package.json')))

Pod::Spec.new do |s|
  s.name = 'SidekickReactNative'
  s.version = package['version']
  s.summary = 'Feature flags from your own Sidekick server.'
  s.description = package['description']
  s.homepage = 'https://www.npmjs.com/package/@sidekick-flags/react-native'
  s.license = package['license']
  s.author = 'Sidekick'
  s.source = { :path => '.' }
  s.platforms = { :ios => min_ios_version_supported }

  s.source_files = 'cpp/*.{h,cpp}', 'generated/*.h', 'ios/*.mm'
  # For an app that holds a runtime itself; the others are this pod's own.
  s.public_header_files = 'cpp/sidekick_jsi.h'
  # What `cargo xtask mobile-libs` built.
  s.vendored_frameworks = 'ios/SidekickFfi.xcframework'
  s.pod_target_xcconfig = {
    'HEADER_SEARCH_PATHS' => %w[cpp generated native/include].map { |path| "\"$(PODS_TARGET_SRCROOT)/#{path}\"" }.join(' '),
    'CLANG_CXX_LANGUAGE_STANDARD' => 'c++20',
  }

  install_modules_dependencies(s)
end
