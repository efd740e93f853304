/// The command-line example, as a process that follows the real server.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'support/runner.dart';
import 'support/server.dart';
import 'support/stream.dart';

void exampleTests() => group('the command-line example', () {
  test('says what the flag is, follows it, and ends when it is told', () async {
    const WireFlag pro = {
      'key': 'dark_mode',
      'is_enabled': true,
      'rollout_percentage': 0,
      'rules': [
        {
          'attribute': 'plan',
          'operator': 'Equals',
          'values': ['pro'],
        },
      ],
    };
    final server = await Server.start([pro]);
    final packages = Uri.parse(Platform.packageConfig!).toFilePath();
    final program = Platform.script.resolve('../example/bin/follow.dart');
    final process = await Process.start(
      Platform.resolvedExecutable,
      [
        '--packages=$packages',
        program.toFilePath(),
        server.url,
        'dark_mode',
        'ann',
        'plan=pro',
      ],
      environment: {'CLIENT_KEY': key},
    );
    final errors = utf8.decodeStream(process.stderr);
    final lines = StreamIterator(
      process.stdout.transform(utf8.decoder).transform(const LineSplitter()),
    );
    Future<String> said() async {
      // The program is compiled as it starts, which takes a busy machine long.
      final next = lines.moveNext().timeout(const Duration(seconds: 50));
      if (await next) return lines.current;
      throw StateError('it ended: ${await errors}');
    }

    try {
      same(await said(), 'dark_mode is on for ann');
      await server.put({...pro, 'is_enabled': false});
      same(await said(), 'dark_mode is off for ann');
      await server.put(pro);
      same(await said(), 'dark_mode is on for ann');
      process.kill();
      same(await within('the end', process.exitCode), 0);
      same(await errors, '');
    } finally {
      process.kill(ProcessSignal.sigkill);
      await lines.cancel();
      await server.dispose();
    }
  });
});
