/// A process without the native library.
library;

import 'dart:io';

import 'support/runner.dart';

void libraryTests() => group('a missing library', () {
  test('is one error, which says what to do', () async {
    final folder = Directory.systemTemp.createTempSync('sidekick-');
    // The compiler looks for the library's place beside this file.
    final packages = Uri.parse(Platform.packageConfig!).toFilePath();
    final copy = File(packages).copySync('${folder.path}/package_config.json');
    final program = Platform.script.resolve('support/without_library.dart');
    final result = await Process.run(Platform.resolvedExecutable, [
      '--packages=${copy.path}',
      program.toFilePath(),
    ]);
    await folder.delete(recursive: true);
    same((result.exitCode, '${result.stderr}'), (0, ''));
    final said = '${result.stdout}';
    holds(said.startsWith('LIBRARY: the native library was not found'), said);
    holds(said.contains('README.md'), said);
  });
});
