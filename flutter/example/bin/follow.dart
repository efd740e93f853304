/// A command-line program that says what a flag is for a user, and again
/// whenever that is another: `follow.dart SERVER FLAG USER [NAME=VALUE]…`, with
/// the key in the environment's `CLIENT_KEY`.
library;

import 'dart:async';
import 'dart:io';

import 'package:sidekick_flutter/sidekick_flutter.dart';

Future<void> main(List<String> words) async {
  if (words.length < 3 || words.skip(3).any((word) => !word.contains('='))) {
    stderr.writeln('usage: follow.dart SERVER FLAG USER [NAME=VALUE]…');
    exitCode = 2;
    return;
  }
  final [server, flagKey, userKey, ...pairs] = words;
  final attributes = {
    for (final pair in pairs)
      pair.substring(0, pair.indexOf('=')): pair.substring(
        pair.indexOf('=') + 1,
      ),
  };
  final flags = SidekickFlutterClient(
    serverUrl: server,
    sdkKey: Platform.environment['CLIENT_KEY'] ?? '',
    onError: (error) => stderr.writeln('${error.code.text}: ${error.message}'),
  );
  try {
    await flags.init();
  } on SidekickError {
    // It was said as an error already, and the client goes on trying: until
    // there are flags, the answer is the default.
  }

  void show() {
    final state = flags.isEnabled(flagKey, userKey, attributes: attributes);
    stdout.writeln('$flagKey is ${state ? 'on' : 'off'} for $userKey');
  }

  show();
  final answer = flags.listenable(flagKey, userKey, attributes: attributes)
    ..addListener(show);
  await _end();
  answer.removeListener(show);
  await flags.close();
}

/// Done when the process is told to end.
Future<void> _end() async {
  final told = Completer<void>();
  final listeners = [
    for (final signal in [
      ProcessSignal.sigint,
      if (!Platform.isWindows) ProcessSignal.sigterm,
    ])
      signal.watch().listen((_) {
        if (!told.isCompleted) told.complete();
      }),
  ];
  await told.future;
  // Whoever listens keeps the process.
  for (final listener in listeners) {
    await listener.cancel();
  }
}
