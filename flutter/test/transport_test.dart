/// What a server may answer that is no stream, or that ends: which error comes
/// of it, and what is left open.
library;

import 'dart:async';
import 'dart:convert';

import 'package:sidekick_flutter/sidekick_flutter.dart';
import 'package:sidekick_flutter/src/connection.dart';

import 'support/clients.dart';
import 'support/runner.dart';
import 'support/stream.dart';
import 'support/stream_server.dart';

const WireFlag _half = {
  'key': 'flag',
  'is_enabled': true,
  'rollout_percentage': 50,
  'revision': 3,
};

WireFlag _pro(String attribute) => {
  ..._half,
  'rollout_percentage': 0,
  'rules': [
    {
      'attribute': attribute,
      'operator': 'Equals',
      'values': ['pro'],
    },
  ],
};

/// Runs `act` with a server that answers so, and a started client of it.
Future<void> _with(
  Answer answer,
  Future<void> Function(
    SidekickFlutterClient client,
    List<SidekickError> errors,
    StreamServer server,
  )
  act,
) async {
  final server = await StreamServer.start(answer);
  try {
    await withClient(server.url, (client, errors) async {
      unawaited(client.init());
      await act(client, errors, server);
    });
  } finally {
    await server.close();
  }
}

void transportTests() {
  group('an answer', () {
    const wrong = [
      ('with another status', 'UNEXPECTED_STATUS', 500, 'text/event-stream'),
      ('of another type', 'NOT_AN_EVENT_STREAM', 200, 'text/html'),
      ('that refuses the key', 'REFUSED', 403, 'text/plain'),
    ];
    for (final (what, code, status, type) in wrong) {
      test('$what is the error $code, and its body is not waited for', () {
        return _with((peer, _) {
          peer
            ..begin(status, {'Content-Type': type})
            ..send('a body that never ends');
        }, (client, errors, server) async {
          await within('the error', client.errors.first);
          same(errors.first.code.text, code);
          same(errors.first.httpStatus, status == 200 ? null : status);
          await within('the end', server.requests.first.gone);
        });
      });
    }

    test('of 503 is tried again when the server said so, not before', () {
      final watch = Stopwatch()..start();
      final times = <int>[];
      return _with((peer, number) async {
        times.add(watch.elapsedMilliseconds);
        if (number > 0) return peer.stream(replay([_half], 3));
        peer.begin(503, {'Retry-After': '2'});
        await peer.end();
      }, (client, errors, server) async {
        await client.init();
        same(codes(errors), ['UNEXPECTED_STATUS']);
        same(times.length, 2);
        // Timers may come a moment early.
        holds(times[1] - times[0] > 1990, '$times');
      });
    });

    test('that comes in single bytes is read as well', () {
      final text = replay([
        {..._half, 'description': 'ümläut 😀'},
      ], 3);
      return _with((peer, _) async {
        peer.stream('');
        for (final byte in utf8.encode(text)) {
          peer.sendBytes([byte]);
          // Each in a packet of its own.
          await Future<void>.delayed(Duration.zero);
        }
      }, (client, _, _) async {
        await client.init();
        same(client.flags().single.description, 'ümläut 😀');
      });
    });
  });

  group('a request', () {
    test('goes below a prefix, with the key and the headers', () async {
      final server = await StreamServer.start(
        (peer, _) => peer.stream(replay([_half], 3)),
      );
      await withClient(
        '${server.url}/flags/',
        headers: {'X-Tenant': 'a'},
        (client, _) => client.init(),
      );
      final request = server.requests.single;
      same(request.path, '/flags/stream');
      same(request.headers['accept'], 'text/event-stream');
      same(request.headers['authorization'], 'Bearer full/key+1');
      same(request.headers['x-tenant'], 'a');
      same(request.headers['accept-encoding'], null);
      await server.close();
    });

    test('goes to streamUrl as it stands', () async {
      final server = await StreamServer.start(
        (peer, _) => peer.stream(replay([_half], 3)),
      );
      final client = SidekickFlutterClient(
        serverUrl: 'not looked at',
        streamUrl: '${server.url}/a/b?c=d',
        sdkKey: '',
      );
      await client.init();
      await client.close();
      final request = server.requests.single;
      same(request.path, '/a/b?c=d');
      same(request.headers['authorization'], null);
      await server.close();
    });
  });

  group('a connection', () {
    test('says nothing more when it is closed', () async {
      final server = await StreamServer.start((peer, _) {
        peer.stream('data: no stream\n\n');
      });
      final heard = <String>[];
      late final Connection connection;
      connection = Connection.open(Uri.parse(server.url), {}, '', (
        connected: (_, _, _) => heard.add('connected'),
        bytes: (_) {
          heard.add('bytes');
          connection.close();
        },
        disconnected: (_) => heard.add('disconnected'),
      ));
      await eventually('it is there', () => server.requests.isNotEmpty);
      await within('the end', server.requests.single.gone);
      server.requests.single.send('b');
      // Whatever is under way has come by when another one has come and gone.
      await withClient('${server.url}/', (client, _) async {
        unawaited(client.init());
        await within('its error', client.errors.first);
      });
      same(heard, ['connected', 'bytes']);
      await server.close();
    });
  });

  group('a stream', () {
    test('that breaks is CONNECTION_LOST, and the next one resumes it', () {
      return _with((peer, number) async {
        if (number > 0) return peer.stream('event: resumed\ndata: 3\n\n');
        peer.stream(replay([_half], 3));
        await peer.breakOff();
      }, (client, errors, server) async {
        await hasStatus(client, SidekickStatus.stale);
        await hasStatus(client, SidekickStatus.ready);
        same(codes(errors), ['CONNECTION_LOST']);
        holds(errors.single.cause is Exception, '${errors.single.cause}');
        same(
          server.requests
              .map((request) => request.headers['last-event-id'])
              .toList(),
          [null, 'e:3'],
        );
      });
    });

    test('that is none of Sidekick\'s is dropped', () {
      return _with(
        (peer, _) => peer.stream('data: hello\n\n'),
        (client, errors, server) async {
          await within('the error', client.errors.first);
          same(codes(errors), ['INVALID_STREAM']);
          await within('the end', server.requests.first.gone);
        },
      );
    });

    test('is dropped by close', () {
      return _with((peer, _) => peer.stream(replay([_half], 3)), (
        client,
        errors,
        server,
      ) async {
        await client.init();
        await client.close();
        await within('the end', server.requests.single.gone);
      });
    });

    test('that changes a flag and then breaks has changed it for all', () {
      return _with((peer, number) {
        if (number > 0) return;
        peer.stream(
          replay([
            _pro('plan'),
            {'key': 'fixed', 'is_enabled': false},
          ], 3),
        );
      }, (client, errors, server) async {
        await client.init();
        const given = {'plan': 'basic', 'email': 'pro'};
        final user = client.forUser('u', attributes: given);
        List<bool> ask() => [
          client.isEnabled('flag', 'u', attributes: given),
          user.isEnabled('flag'),
          client.isEnabled('fixed', 'u'),
        ];
        same(ask(), [false, false, false]);
        List<bool>? inListener;
        client.errors.listen((_) => inListener ??= ask());
        final heard = within('the error', client.errors.first);
        // The same place in the rules now names another attribute.
        server.requests.first.send(
          upsert(_pro('email'), 4) +
              upsert({'key': 'fixed', 'is_enabled': true}, 5) +
              'event: ready\ndata: out of place\n\n',
        );
        await heard;
        same(inListener, [true, true, true]);
      });
    });

    test('that replays flags which did not change leaves the answers', () {
      final flags = [
        _pro('plan'),
        {'key': 'fixed', 'is_enabled': true, 'revision': 1},
      ];
      return _with((peer, _) => peer.stream(replay(flags, 3)), (
        client,
        errors,
        server,
      ) async {
        await client.init();
        const given = {'plan': 'pro'};
        final user = client.forUser('u', attributes: given);
        final view = SidekickView(client.address);
        final ways = <(Object? Function(), Object)>[
          (() => client.isEnabled('flag', 'u', attributes: given), true),
          (
            () => client.evaluate('flag', 'u', attributes: given).reason,
            Reason.targetingMatch,
          ),
          (() => user.isEnabled('flag'), true),
          (() => user.evaluate('flag').reason, Reason.targetingMatch),
          (() => view.isEnabled('flag', 'u', attributes: given), true),
          (() => view.evaluate('fixed', 'u').reason, Reason.static),
          (() => client.isEnabled('fixed', 'u'), true),
        ];
        for (final (ask, expected) in ways) {
          same(ask(), expected);
        }
        for (var way = 0; way < ways.length; way += 1) {
          final last = 'last-$way';
          final come = client.changes.firstWhere(
            (change) => change.keys.contains(last),
          );
          // In another order, so that each flag has another place.
          final order = way.isEven ? flags.reversed.toList() : flags;
          server.requests.single.send(
            replay(order, 4 + 2 * way) +
                upsert({'key': last, 'is_enabled': true}, 5 + 2 * way),
          );
          await within(last, come);
          // Whoever is asked first meets what the replay left.
          for (final (ask, expected) in [
            ...ways.skip(way),
            ...ways.take(way),
          ]) {
            same(ask(), expected);
          }
        }
        same(codes(errors), <String>[]);
      });
    });
  });
}
