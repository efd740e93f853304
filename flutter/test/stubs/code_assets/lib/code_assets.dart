/// Declarations of `package:code_assets` that the build hook uses, as far as
/// it uses them. Nothing here does anything.
library;

import 'package:hooks/hooks.dart';

final class OS {
  const OS._(this.name);
  final String name;
  static const OS android = OS._('android');
  static const OS iOS = OS._('ios');

  @override
  bool operator ==(Object other) => other is OS && other.name == name;

  @override
  int get hashCode => name.hashCode;
}

extension OSLibraryNaming on OS {
  String dylibFileName(String name) => throw UnsupportedError('a declaration');
}

final class Architecture {
  const Architecture._(this.name);
  final String name;
}

abstract class CodeConfig {
  OS get targetOS;
  Architecture get targetArchitecture;
}

extension CodeAssetHookConfig on HookConfig {
  CodeConfig get code => throw UnsupportedError('a declaration');
}

extension CodeAssetOutput on BuildOutputAssetsBuilder {
  List<CodeAsset> get code => throw UnsupportedError('a declaration');
}

abstract final class LinkMode {}

final class DynamicLoadingBundled extends LinkMode {}

final class LookupInProcess extends LinkMode {}

final class DynamicLoadingSystem extends LinkMode {
  DynamicLoadingSystem(this.uri);
  final Uri uri;
}

final class CodeAsset {
  CodeAsset({
    required this.package,
    required this.name,
    required this.linkMode,
    this.file,
  });
  final String package;
  final String name;
  final LinkMode linkMode;
  final Uri? file;
}
