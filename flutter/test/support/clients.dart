/// Clients for tests, which are closed when a test is done with them.
library;

import 'dart:async';

import 'package:sidekick_flutter/sidekick_flutter.dart';

import 'runner.dart';
import 'server.dart';
import 'stream.dart';

/// What a client reports goes to a list.
typedef Act =
    FutureOr<void> Function(
      SidekickFlutterClient client,
      List<SidekickError> errors,
    );

/// Runs `act` with a client that is closed afterwards.
Future<void> withClient(
  String url,
  Act act, {
  String sdkKey = key,
  String? bootstrap,
  SnapshotStorage? storage,
  Duration initTimeout = const Duration(seconds: 5),
  Map<String, String> headers = const {},
}) async {
  final errors = <SidekickError>[];
  final client = SidekickFlutterClient(
    serverUrl: url,
    sdkKey: sdkKey,
    bootstrap: bootstrap,
    storage: storage,
    initTimeout: initTimeout,
    headers: headers,
    onError: errors.add,
  );
  try {
    await act(client, errors);
  } finally {
    await client.close();
  }
}

/// A client that has these flags and no server; for as long as the process
/// runs.
Future<SidekickFlutterClient> clientWith(
  List<WireFlag> flags, {
  int revision = 100,
}) async {
  final client = SidekickFlutterClient(
    serverUrl: 'http://127.0.0.1:9',
    sdkKey: '',
    bootstrap: snapshotOf(flags, revision: revision),
    onError: (_) {},
  );
  await client.init();
  // Its stream is of no use; the flags stay.
  await client.close();
  return client;
}

/// When the client has this status.
Future<void> hasStatus(
  SidekickFlutterClient client,
  SidekickStatus status,
) async {
  if (client.status == status) return;
  await within(
    'the status ${status.name}',
    client.statusChanges.firstWhere((now) => now == status),
  );
}

/// When the client is at the revision.
Future<void> reached(SidekickFlutterClient client, int revision) async {
  while (client.revision < revision) {
    await within('revision $revision', client.changes.first);
  }
}

/// The codes of errors.
List<String> codes(List<SidekickError> errors) =>
    errors.map((error) => error.code.text).toList();
