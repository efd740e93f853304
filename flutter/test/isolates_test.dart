/// The flags of one isolate, asked from others.
library;

import 'dart:async';
import 'dart:isolate';

import 'package:sidekick_flutter/sidekick_flutter.dart';

import 'support/clients.dart';
import 'support/runner.dart';
import 'support/stream.dart';
import 'support/stream_server.dart';

const WireFlag _rules = {
  'key': 'rules',
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

WireFlag _fixed(bool isOn) => {'key': 'fixed', 'is_enabled': isOn};

void isolateTests() => group('another isolate', () {
  test('answers from the client\'s flags, and sees what changes', () async {
    final server = await StreamServer.start(
      (peer, _) => peer.stream(replay([_rules, _fixed(false)], 3)),
    );
    await withClient(server.url, (client, _) async {
      await client.init();
      Future<List<Object?>> ask() => _askElsewhere(client.address);
      same(await ask(), [
        ...['ready', 3, true, false, true, false, true],
        'fixed rules',
      ]);
      server.requests.single.send(upsert(_fixed(true), 4));
      await reached(client, 4);
      same(await ask(), [
        ...['ready', 4, true, false, true, true, true],
        'fixed rules',
      ]);
      await client.close();
      same((await ask()).first, 'closed');
    });
    await server.close();
  });

  test('goes on asking while flags change and the client closes', () async {
    final server = await StreamServer.start(
      (peer, _) => peer.stream(replay([_rules, _fixed(false)], 3)),
    );
    await withClient(server.url, (client, errors) async {
      await client.init();
      final isolates = [
        for (var number = 0; number < 3; number += 1)
          await _Asking.start(client.address),
      ];
      final peer = server.requests.single;
      var revision = 3;
      for (var round = 0; round < 40; round += 1) {
        revision += 2;
        // A whole replay, and a change on top.
        peer.send(
          replay([_rules, _fixed(round.isEven)], revision - 1) +
              upsert(_fixed(round.isOdd), revision),
        );
        await reached(client, revision);
      }
      for (final isolate in isolates) {
        // Each of them has asked since the last change.
        await isolate.asked();
      }
      same(codes(errors), <String>[]);
      await client.close();
      for (final isolate in isolates) {
        await isolate.asked();
        same(await isolate.stop(), 0, 'wrong answers');
      }
    });
    await server.close();
  });

  test('is refused an address that is none', () async {
    for (final address in [0, -1]) {
      final error = await thrownBy<ArgumentError>(() => SidekickView(address));
      holds('$error'.contains('SidekickFlutterClient'), '$error');
    }
  });
});

/// By itself, so that nothing but the address goes to the other isolate.
Future<List<Object?>> _askElsewhere(int address) => Isolate.run(() {
  final view = SidekickView(address);
  final user = view.forUser('u', attributes: {'plan': 'pro'});
  return [
    view.status.name,
    view.revision,
    view.isEnabled('rules', 'u', attributes: {'plan': 'pro'}),
    view.isEnabled('rules', 'u', attributes: {'plan': 'basic'}),
    user.isEnabled('rules'),
    view.isEnabled('fixed', 'u'),
    view.isEnabled('none', 'u', defaultValue: true),
    view.flags().map((flag) => flag.key).join(' '),
  ];
});

/// An isolate that asks without an end, and tells now and then that it did.
final class _Asking {
  _Asking._(this._told, this._stop);

  static Future<_Asking> start(int address) async {
    final port = ReceivePort();
    await Isolate.spawn(_ask, (address, port.sendPort));
    final told = StreamIterator(port);
    await told.moveNext();
    return _Asking._(told, told.current as SendPort);
  }

  final StreamIterator<Object?> _told;
  final SendPort _stop;

  /// When it has asked some hundred times more.
  Future<void> asked() async {
    _stop.send('tell');
    while (await _told.moveNext() && _told.current != 'asked') {}
  }

  /// The number of its wrong answers.
  Future<int> stop() async {
    _stop.send('stop');
    while (await _told.moveNext() && _told.current is! int) {}
    final wrong = _told.current! as int;
    await _told.cancel();
    return wrong;
  }
}

Future<void> _ask((int, SendPort) start) async {
  final (address, told) = start;
  final view = SidekickView(address);
  final user = view.forUser('u', attributes: {'plan': 'pro'});
  final orders = ReceivePort();
  told.send(orders.sendPort);
  var order = '';
  orders.listen((message) => order = message as String);
  var wrong = 0;
  while (order != 'stop') {
    for (var call = 0; call < 300; call += 1) {
      // It matches in every revision; `fixed` only has to be there.
      final pro = {'plan': 'pro'};
      if (!view.isEnabled('rules', 'u', attributes: pro)) wrong += 1;
      if (!user.isEnabled('rules')) wrong += 1;
      final reason = view.evaluate('fixed', 'u').reason;
      if (reason != Reason.disabled && reason != Reason.static) wrong += 1;
    }
    if (order == 'tell') {
      order = '';
      told.send('asked');
    }
    // Lets orders in.
    await Future<void>.delayed(Duration.zero);
  }
  orders.close();
  told.send(wrong);
}
