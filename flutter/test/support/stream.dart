/// A stream's text as the server sends it, and an engine that is fed with it by
/// hand.
library;

import 'dart:convert';

import 'package:sidekick_flutter/src/engine.dart';

/// A flag's document.
typedef WireFlag = Map<String, Object?>;

/// A full replay.
String replay(List<WireFlag> flags, int revision, {String epoch = 'e'}) {
  final upserts = flags.map(
    (flag) => 'data: ${jsonEncode({'type': 'UPSERT', 'flag': flag})}\n\n',
  );
  return 'event: connected\ndata: true\n\n${upserts.join()}'
      'id: $epoch:$revision\nevent: ready\n'
      'data: {"revision":$revision,"flags":${flags.length}}\n\n';
}

/// A live change.
String upsert(WireFlag flag, int revision, {String epoch = 'e'}) {
  final change = {
    'type': 'UPSERT',
    'flag': {...flag, 'revision': revision},
  };
  return 'id: $epoch:$revision\ndata: ${jsonEncode(change)}\n\n';
}

/// Gives the engine a stream that begins with this text.
void openStream(Engine engine, String text) {
  engine
    ..handle(Event.start, 0)
    ..handleConnected(1, 200, 'text/event-stream', '')
    ..handleBytes(2, utf8.encode(text));
}

/// All outputs that wait.
List<Output> outputs(Engine engine) {
  final all = <Output>[];
  for (;;) {
    final output = engine.pollOutput();
    if (output.kind == OutputKind.none) return all;
    all.add(output);
  }
}

/// The flags as a snapshot, made by the engine.
String snapshotOf(List<WireFlag> flags, {int revision = 100}) {
  final engine = Engine(1);
  openStream(engine, replay(flags, revision));
  return engine.exportSnapshot()!;
}
