/// A storage in a file, and when a storage is asked.
library;

import 'dart:async';
import 'dart:io';

import 'package:sidekick_flutter/sidekick_flutter.dart';

import 'support/clients.dart';
import 'support/runner.dart';
import 'support/stream.dart';
import 'support/stream_server.dart';

const WireFlag _on = {'key': 'on', 'is_enabled': true};

Future<void> _withFolder(Future<void> Function(String path) act) async {
  final folder = Directory.systemTemp.createTempSync('sidekick-');
  try {
    await act(folder.path);
  } finally {
    await folder.delete(recursive: true);
  }
}

Future<StreamServer> _server() =>
    StreamServer.start((peer, _) => peer.stream(replay([_on], 3)));

void storageTests() {
  group('a storage in a file', () {
    test('holds the flags alone, in folders that it makes', () {
      return _withFolder((folder) async {
        final path = '$folder/made/on the way/flags';
        final server = await _server();
        final storage = FileStorage(path);
        await withClient(
          server.url,
          storage: storage,
          (client, _) => client.init(),
        );
        await server.close();
        await withClient(server.url, storage: storage, (client, _) async {
          await client.init();
          same(client.status, SidekickStatus.stale);
          same(client.isEnabled('on', 'u'), true);
          same(client.snapshot(), File(path).readAsStringSync());
        });
        final names = File(path).parent.listSync().map((file) => file.path);
        same(names.toList(), [path]);
      });
    });

    test('that fails stops nothing', () {
      return _withFolder((folder) async {
        final file = File('$folder/a file')..writeAsStringSync('no folder');
        final server = await _server();
        final errors = <SidekickError>[];
        final client = SidekickFlutterClient(
          serverUrl: server.url,
          sdkKey: '',
          storage: FileStorage('${file.path}/flags'),
          onError: errors.add,
        );
        await client.init();
        await hasStatus(client, SidekickStatus.ready);
        await client.close();
        await server.close();
        same(codes(errors), ['STORAGE', 'STORAGE']);
        holds(errors[0].message.contains('load'), errors[0].message);
        holds(errors[1].message.contains('save'), errors[1].message);
        same(folder, File(file.path).parent.path);
      });
    });
  });

  group('a storage', () {
    test('is given each snapshot once, one save at a time', () async {
      final server = await _server();
      final storage = _Slow();
      await withClient(server.url, storage: storage, (client, _) async {
        await client.init();
        await hasStatus(client, SidekickStatus.ready);
        final peer = server.requests.single;
        for (var revision = 4; revision < 40; revision += 1) {
          peer.send(upsert({'key': 'live', 'is_enabled': true}, revision));
        }
        await reached(client, 39);
        await eventually('it is saved', () => storage.saved.isNotEmpty);
        same(storage.saved.single.contains('id: e:39\n'), true);
      });
      same(storage.saved.length, 1);
      same(storage.most, 1);
      await server.close();
    });
  });
}

final class _Slow implements SnapshotStorage {
  final List<String> saved = [];
  int _running = 0;
  int most = 0;

  @override
  String? load() => null;

  @override
  Future<void> save(String snapshot) async {
    _running += 1;
    if (_running > most) most = _running;
    await Future<void>.delayed(const Duration(milliseconds: 20));
    saved.add(snapshot);
    _running -= 1;
  }
}
