# Links the native library into an iOS app.
Pod::Spec.new do |s|
  s.name = 'sidekick_flutter'
  s.version = '0.1.0'
  s.summary = 'Feature flags from your own Sidekick server.'
  s.description = 'The native library of the Flutter package sidekick_flutter.'
  s.homepage = 'https://pub.dev/packages/sidekick_flutter'
  s.license = { :type => 'MIT', :file => '../LICENSE' }
  s.author = 'Sidekick'
  s.source = { :path => '.' }
  s.platform = :ios, '13.0'

  s.dependency 'Flutter'
  # What `cargo xtask mobile-libs` built.
  s.vendored_frameworks = 'SidekickFfi.xcframework'
  # Refers to every function of the library. Dart finds them by their names at
  # run time, which no linker sees, so that it would leave them out.
  s.source_files = 'Classes/keep.c'
  s.pod_target_xcconfig = {
    'DEFINES_MODULE' => 'YES',
    # Flutter has no library for this processor.
    'EXCLUDED_ARCHS[sdk=iphonesimulator*]' => 'i386',
  }
  # In an app that links pods statically, the app's own file must keep the names.
  s.user_target_xcconfig = {
    'STRIP_STYLE' => 'non-global',
  }
end
