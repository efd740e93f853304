/// Declarations of `package:hooks` that the build hook uses, as far as it uses
/// them. Nothing here does anything.
library;

abstract class HookConfig {
  bool get buildCodeAssets;
}

abstract class BuildInput {
  String get packageName;
  Uri get packageRoot;
  Uri get outputDirectoryShared;
  HookConfig get config;
}

abstract class BuildOutputBuilder {
  List<Uri> get dependencies;
  BuildOutputAssetsBuilder get assets;
}

abstract class BuildOutputAssetsBuilder {}

Future<void> build(
  List<String> arguments,
  Future<void> Function(BuildInput input, BuildOutputBuilder output) builder,
) => throw UnsupportedError('a declaration');
