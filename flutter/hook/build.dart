/// Brings the native library into a build: for Linux, macOS and Windows as a
/// file of its own, on phones as what Gradle and CocoaPods have linked.
library;

import 'dart:io';

import 'package:code_assets/code_assets.dart';
import 'package:hooks/hooks.dart';

/// The file of the package whose functions the library has.
const String _asset = 'src/bindings.dart';

Future<void> main(List<String> arguments) => build(arguments, (
  input,
  output,
) async {
  if (!input.config.buildCodeAssets) return;
  final system = input.config.code.targetOS;
  final (LinkMode mode, Uri? file) = switch (system) {
    // `android/CMakeLists.txt` makes it.
    OS.android => (DynamicLoadingSystem(Uri.file('libsidekick_ffi.so')), null),
    // `ios/sidekick_flutter.podspec` links it into the app.
    OS.iOS => (LookupInProcess(), null),
    _ => (DynamicLoadingBundled(), await _library(input, output)),
  };
  output.assets.code.add(
    CodeAsset(
      package: input.packageName,
      name: _asset,
      linkMode: mode,
      file: file,
    ),
  );
});

/// The file for a desktop: the prebuilt one, else built from the checkout that
/// the package lies in.
Future<Uri> _library(BuildInput input, BuildOutputBuilder output) async {
  final code = input.config.code;
  final name = code.targetOS.dylibFileName('sidekick_ffi');
  final platform = '${code.targetOS.name}-${code.targetArchitecture.name}';
  final prebuilt = input.packageRoot.resolve('native/$platform/$name');
  output.dependencies.add(prebuilt);
  if (File.fromUri(prebuilt).existsSync()) return prebuilt;

  final manifest = input.packageRoot.resolve('../Cargo.toml');
  final target = _rustTargets[platform];
  if (target == null || !File.fromUri(manifest).existsSync()) {
    throw UnsupportedError(
      'sidekick_flutter has no library for $platform: '
      '${prebuilt.toFilePath()} is missing, and so is the checkout to build '
      'it from. There are libraries for ${_rustTargets.keys.join(', ')}, '
      'Android and iOS.',
    );
  }
  final folder = input.outputDirectoryShared.resolve('cargo/');
  final words = [
    ...['build', '--release', '--locked', '--package', 'sidekick-ffi'],
    ...['--manifest-path', manifest.toFilePath(), '--target', target],
    ...['--target-dir', folder.toFilePath()],
  ];
  final result = await Process.run('cargo', words);
  if (result.exitCode != 0) {
    throw ProcessException(
      'cargo',
      words,
      'The library could not be built:\n${result.stderr}',
      result.exitCode,
    );
  }
  for (final source in ['../ffi/src/', '../core-nostd/src/']) {
    output.dependencies.addAll(
      Directory.fromUri(input.packageRoot.resolve(source))
          .listSync(recursive: true)
          .whereType<File>()
          .map((file) => file.uri),
    );
  }
  return folder.resolve('$target/release/$name');
}

const Map<String, String> _rustTargets = {
  'linux-x64': 'x86_64-unknown-linux-gnu',
  'linux-arm64': 'aarch64-unknown-linux-gnu',
  'macos-x64': 'x86_64-apple-darwin',
  'macos-arm64': 'aarch64-apple-darwin',
  'windows-x64': 'x86_64-pc-windows-msvc',
  'windows-arm64': 'aarch64-pc-windows-msvc',
};
