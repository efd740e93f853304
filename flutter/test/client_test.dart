/// The client against the real server: start, changes, outages, keys, storage,
/// and the end.
library;

import 'dart:async';

import 'package:sidekick_flutter/sidekick_flutter.dart';

import 'support/clients.dart';
import 'support/runner.dart';
import 'support/server.dart';
import 'support/stream.dart';

const WireFlag _on = {'key': 'on', 'is_enabled': true};
const WireFlag _acme = {
  'attribute': 'email',
  'operator': 'EndsWith',
  'values': ['@acme.com'],
};
const WireFlag _rules = {
  'key': 'rules',
  'is_enabled': true,
  'rollout_percentage': 0,
  'rules': [_acme],
};

/// Runs `act` with a server that is disposed of afterwards.
Future<void> _withServer(
  Future<void> Function(Server server) act, [
  List<WireFlag> flags = const [_on, _rules],
]) async {
  final server = await Server.start(flags);
  try {
    await act(server);
  } finally {
    await server.dispose();
  }
}

void clientTests() => group('the client', () {
  test('answers the default until it has flags, and then from them', () {
    return _withServer((server) async {
      await withClient(server.url, (client, errors) async {
        same(client.status, SidekickStatus.connecting);
        same(client.revision, 0);
        same(client.flags().length, 0);
        same(client.snapshot(), null);
        same(client.isEnabled('on', 'u'), false);
        same(client.isEnabled('on', 'u', defaultValue: true), true);
        await client.init();
        same(client.status, SidekickStatus.ready);
        same(client.isEnabled('on', 'u'), true);
        const ann = {'email': 'ann@acme.com'};
        same(client.isEnabled('rules', 'u', attributes: ann), true);
        same(client.isEnabled('rules', 'u', attributes: {'email': 'x'}), false);
        same(client.isEnabled('none', 'u', defaultValue: true), true);
        final [on, rules] = client.flags();
        same((on.key, on.isEnabled, on.rolloutPercentage), ('on', true, null));
        same(rules.rolloutPercentage, 0.0);
        same(rules.rules.single.values, ['@acme.com']);
        same([on.revision, rules.revision], [1, 2]);
        holds(on.createdAt!.isUtc, 'a time is UTC');
        same(codes(errors), <String>[]);
      });
    });
  });

  test('tells changes with their keys, and answers by them', () {
    return _withServer((server) async {
      await withClient(server.url, (client, _) async {
        await client.init();
        final heard = <(List<String>, bool)>[];
        client.changes.listen(
          (change) => heard.add((change.keys, client.isEnabled('live', 'u'))),
        );
        for (final rollout in [null, 0, 100]) {
          final flag = {
            'key': 'live',
            'is_enabled': true,
            'rollout_percentage': rollout,
          };
          await reached(client, await server.put(flag));
        }
        final gone = client.changes.first;
        await server.delete('live');
        await within('the change', gone);
        same(heard.map((one) => one.$1.join()).toSet().join(), 'live');
        same(heard.map((one) => one.$2).toList(), [true, false, true, false]);
        same(client.isEnabled('live', 'u', defaultValue: true), true);
      });
    });
  });

  test('gives the same future while it waits and when it is done', () {
    return _withServer((server) async {
      await withClient(server.url, (client, _) async {
        final first = client.init();
        holds(identical(client.init(), first), 'while it waits');
        await first;
        holds(identical(client.init(), first), 'when it is done');
      });
    });
  });

  test('serves the last flags while the server is gone, and resumes', () {
    return _withServer((server) async {
      await withClient(server.url, (client, errors) async {
        final statuses = <SidekickStatus>[];
        client.statusChanges.listen(statuses.add);
        await client.init();
        final stale = hasStatus(client, SidekickStatus.ready)
            .then((_) => server.kill())
            .then((_) => hasStatus(client, SidekickStatus.stale));
        await stale;
        same(client.isEnabled('on', 'u'), true);
        await server.restart();
        await hasStatus(client, SidekickStatus.ready);
        same(
          await server.metric('sidekick_streams_opened_total{kind="resume"}'),
          1,
        );
        await reached(
          client,
          await server.put({'key': 'later', 'is_enabled': true}),
        );
        same(client.isEnabled('later', 'u'), true);
        same(statuses, [
          SidekickStatus.ready,
          SidekickStatus.stale,
          SidekickStatus.ready,
        ]);
        same(errors.first.code, SidekickErrorCode.connectionLost);
        holds(errors.first.cause != null, 'it has its cause');
        same(
          codes(errors).skip(1).every((code) => code == 'CONNECTION_FAILED'),
          true,
        );
      });
    });
  });

  test('takes a shutdown for no error', () {
    return _withServer((server) async {
      await withClient(server.url, (client, errors) async {
        await client.init();
        await server.terminate();
        await hasStatus(client, SidekickStatus.stale);
        same(
          codes(errors).where((code) => code != 'CONNECTION_FAILED').toList(),
          <String>[],
        );
      });
    });
  });

  test('fails init with REFUSED for a wrong key', () {
    return _withServer((server) async {
      await withClient(server.url, sdkKey: 'wrong', (client, errors) async {
        final error = await thrownBy<SidekickError>(client.init);
        same((error.code.text, error.httpStatus), ('REFUSED', 401));
        holds(!'$error'.contains('wrong'), 'the key is not told: $error');
        await eventually('it is told', () => errors.isNotEmpty);
        same(codes(errors), ['REFUSED']);
        same(client.status, SidekickStatus.connecting);
      });
    });
  });

  test('fails init when the time is over, and comes to life later', () {
    return _withServer((server) async {
      await server.kill();
      const limit = Duration(milliseconds: 300);
      await withClient(server.url, initTimeout: limit, (client, _) async {
        final first = client.init();
        final error = await thrownBy<SidekickError>(() => first);
        same(error.code, SidekickErrorCode.initTimeout);
        holds(
          error.message.contains('within 300 ms; the last error was CONN'),
          error.message,
        );
        holds(error.message.contains('refused'), error.message);
        await server.restart();
        holds(!identical(client.init(), first), 'a new wait');
        client.retryNow();
        await hasStatus(client, SidekickStatus.ready);
        await client.init();
        same(client.isEnabled('on', 'u'), true);
      });
    });
  });

  test('fails init for what cannot be sent, and throws nowhere else', () async {
    const urls = ['', 'nonsense', 'ftp://example.com', 'http://u:p@localhost'];
    for (final url in urls) {
      await withClient(url, (client, errors) async {
        for (var time = 0; time < 2; time += 1) {
          final error = await thrownBy<SidekickError>(client.init);
          same(error.code, SidekickErrorCode.invalidUrl, url);
          holds(!error.message.contains('u:p'), error.message);
        }
        same(client.isEnabled('on', 'u', defaultValue: true), true);
        await eventually('both are told', () => errors.length == 2);
      });
    }
    await withClient('http://x', sdkKey: 'a\nb', (client, _) async {
      final error = await thrownBy<SidekickError>(client.init);
      same(error.code, SidekickErrorCode.invalidHeader);
    });
  });

  test('starts from a bootstrap at once where there is no server', () async {
    final bootstrap = snapshotOf([
      {..._on, 'revision': 7},
    ], revision: 7);
    final url = 'http://127.0.0.1:${await freePort()}';
    await withClient(url, bootstrap: bootstrap, (client, errors) async {
      await client.init();
      same(client.status, SidekickStatus.stale);
      same(client.revision, 7);
      same(client.isEnabled('on', 'u'), true);
      same(client.snapshot(), bootstrap);
      same(codes(errors).toSet().difference({'CONNECTION_FAILED'}).length, 0);
    });
  });

  test('reports a snapshot that is none, and starts without it', () {
    return _withServer((server) async {
      final whole = snapshotOf([_on]);
      final storage = _Kept(whole.substring(0, whole.length - 3));
      await withClient(
        server.url,
        bootstrap: 'nonsense',
        storage: storage,
        (client, errors) async {
          await client.init();
          await hasStatus(client, SidekickStatus.ready);
          same(codes(errors), ['INVALID_SNAPSHOT', 'INVALID_SNAPSHOT']);
          final [bootstrap, stored] = errors;
          holds(
            bootstrap.message.startsWith('bootstrap is not used: not a snap'),
            bootstrap.message,
          );
          holds(
            stored.message.startsWith('the stored snapshot is not used: not'),
            stored.message,
          );
        },
      );
    });
  });

  test('keeps the flags in a storage, and starts from it offline', () {
    return _withServer((server) async {
      final storage = _Kept();
      await withClient(
        server.url,
        storage: storage,
        (client, _) => client.init(),
      );
      await server.kill();
      await withClient(server.url, storage: storage, (client, _) async {
        await client.init();
        same(client.status, SidekickStatus.stale);
        same(client.isEnabled('on', 'u'), true);
        same(client.snapshot(), storage.snapshot);
        await server.restart();
        client.retryNow();
        await hasStatus(client, SidekickStatus.ready);
        same(
          await server.metric('sidekick_streams_opened_total{kind="resume"}'),
          1,
        );
      });
    });
  });

  test('does not wait for a storage that hangs', () {
    return _withServer((server) async {
      final storage = _Kept()..loading = Completer();
      await withClient(
        server.url,
        storage: storage,
        (client, _) => client.init(),
      );
    });
  });

  test('answers from the last flags after close, as often as it is told', () {
    return _withServer((server) async {
      await withClient(server.url, (client, _) async {
        await client.init();
        const ann = {'email': 'ann@acme.com'};
        final bound = client.forUser('u', attributes: ann);
        final statuses = client.statusChanges.toList();
        final closed = client.close();
        holds(identical(client.close(), closed), 'one future');
        same(client.status, SidekickStatus.closed);
        same(client.isEnabled('on', 'u'), true);
        same(client.isEnabled('rules', 'u', attributes: ann), true);
        same(bound.isEnabled('rules'), true);
        same(client.flags().length, 2);
        await closed;
        same(await statuses, [SidekickStatus.closed]);
        client.retryNow();
        same(client.status, SidekickStatus.closed);
      });
    });
  });

  test('fails init with CLOSED when it is closed before it has flags', () {
    return _withServer((server) async {
      await withClient(server.url, (client, _) async {
        final waiting = client.init();
        unawaited(client.close());
        for (final init in [waiting, client.init()]) {
          final error = await thrownBy<SidekickError>(() => init);
          same(error.code, SidekickErrorCode.closed);
        }
        same(client.isEnabled('on', 'u', defaultValue: true), true);
      });
    });
  });

  test('lets the stream go when it is closed', () {
    return _withServer((server) async {
      await withClient(server.url, (client, _) async {
        await client.init();
        same(await server.metric('sidekick_streams_connected'), 1);
      });
      await eventually(
        'the stream is gone',
        () async => await server.metric('sidekick_streams_connected') == 0,
      );
    });
  });

  test('lives beside other clients', () {
    return _withServer((server) async {
      await withClient(server.url, (first, _) async {
        await withClient(server.url, (second, _) async {
          await Future.wait([first.init(), second.init()]);
          await first.close();
          await reached(
            second,
            await server.put({'key': 'shared', 'is_enabled': true}),
          );
          same(first.isEnabled('shared', 'u'), false);
          same(second.isEnabled('shared', 'u'), true);
        });
      });
    });
  });

  test('takes 10,000 flags', () {
    final many = [
      for (var index = 0; index < 10000; index += 1)
        {
          'key': 'flag-$index',
          'is_enabled': index % 3 > 0,
          'rollout_percentage': index % 3 > 1 ? 50 : null,
          'rules': index % 5 > 0 ? const <Object>[] : const [_acme],
        },
    ];
    return _withServer((server) async {
      await withClient(server.url, (client, _) async {
        await client.init();
        final flags = client.flags();
        final truth = await server.flags();
        same(flags.length, 10000);
        for (final (index, flag) in flags.indexed) {
          final json = truth[index] as Map<String, dynamic>;
          same((flag.key, flag.revision), (json['key'], json['revision']));
        }
        const ann = {'email': 'ann@acme.com'};
        for (final (index, flag) in many.indexed) {
          final isSure = index % 5 == 0 || flag['rollout_percentage'] == null;
          final isOn = flag['is_enabled']! as bool;
          if (isOn && !isSure) continue;
          final key = flag['key']! as String;
          same(client.isEnabled(key, 'u', attributes: ann), isOn, key);
        }
      });
    }, many);
  });

  test('says what nobody listens for, each trouble once an outage', () {
    return _withServer((server) async {
      final said = <String>[];
      final client = SidekickFlutterClient(
        serverUrl: server.url,
        sdkKey: key,
        logger: said.add,
      );
      await client.init();
      for (var outage = 0; outage < 2; outage += 1) {
        await server.kill();
        await hasStatus(client, SidekickStatus.stale);
        await server.restart();
        await hasStatus(client, SidekickStatus.ready);
      }
      await client.close();
      int lines(String code) =>
          said.where((line) => line.startsWith('sidekick: $code: ')).length;
      same(lines('CONNECTION_LOST'), 2);
      holds(lines('CONNECTION_FAILED') <= 2, '$said');
      same(said.length, 2 + lines('CONNECTION_FAILED'));
    });
  });

  test('harms nobody where a failed init is not waited for', () async {
    // An error that nobody catches fails the test.
    await withClient('nonsense', (client, errors) async {
      unawaited(client.init());
      await eventually('it is told', () => errors.isNotEmpty);
    });
  });
});

/// A storage in memory.
final class _Kept implements SnapshotStorage {
  _Kept([this.snapshot]);

  String? snapshot;

  /// What loading waits for.
  Completer<void>? loading;

  @override
  FutureOr<String?> load() async {
    await loading?.future;
    return snapshot;
  }

  @override
  void save(String snapshot) => this.snapshot = snapshot;
}
