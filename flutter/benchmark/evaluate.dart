/// What a question costs, beside a bare reference in the same run. Prints the
/// least time of many rounds, which take turns, so that a busy machine slows
/// all of them alike.
library;

import 'dart:io';

import 'package:sidekick_flutter/sidekick_flutter.dart';

import 'bare.dart';
import 'flags.dart';

/// A way of asking: so many calls, with the number of answers that are on.
typedef Way = int Function(int calls);

const int _rounds = 400;
const int _calls = 10000;

Future<void> main() async {
  final client = await clientWithFlags();
  final ways = _ways(client);
  for (final way in ways.values) {
    way(_calls * 50);
  }
  final least = {for (final name in ways.keys) name: double.infinity};
  for (var round = 0; round < _rounds; round += 1) {
    for (final MapEntry(key: name, value: way) in ways.entries) {
      final watch = Stopwatch()..start();
      way(_calls);
      final nanoseconds = watch.elapsedMicroseconds * 1000 / _calls;
      if (nanoseconds < least[name]!) least[name] = nanoseconds;
    }
  }
  void row(String name, [String? bare]) {
    final of = bare == null ? '' : (least[name]! / least[bare]!);
    final ratio = of is double ? of.toStringAsFixed(2) : '';
    final time = least[name]!.toStringAsFixed(1).padLeft(8);
    stdout.writeln('${name.padRight(44)}$time ${ratio.padLeft(6)}');
  }

  stdout.writeln('${''.padRight(44)}      ns × bare');
  row('bare, a rollout');
  row('isEnabled, a rollout', 'bare, a rollout');
  row('bare, four attributes');
  row('isEnabled, four attributes', 'bare, four attributes');
  row('bound user, a rollout', 'bare, a rollout');
  row('bound user, four attributes', 'bare, four attributes');
  row('view: isEnabled, a rollout', 'bare, a rollout');
  row('view: bound user, a rollout', 'bare, a rollout');
  row('isEnabled, a flag that is off');
  row('forUser, with four attributes');
  await client.close();
}

Map<String, Way> _ways(SidekickFlutterClient client) {
  final bareRollout = Bare(client.engine.client, 'half');
  final bareFour = Bare(client.engine.client, 'four');
  final names = attributes.keys.toList();
  final keys = userKeys;
  final user = client.forUser(keys[0], attributes: attributes);
  final view = SidekickView(client.address);
  final viewed = view.forUser(keys[0], attributes: attributes);
  Way asked(bool Function(String userKey) ask) => (calls) {
    var on = 0;
    for (var call = 0; call < calls; call += 1) {
      if (ask(keys[call % 1000])) on += 1;
    }
    return on;
  };
  return {
    'bare, a rollout': asked(bareRollout.isEnabled),
    'isEnabled, a rollout': asked((key) => client.isEnabled('half', key)),
    'bare, four attributes': asked(
      (key) => bareFour.isEnabledFor(key, attributes, names),
    ),
    'isEnabled, four attributes': asked(
      (key) => client.isEnabled('four', key, attributes: attributes),
    ),
    'bound user, a rollout': asked((_) => user.isEnabled('half')),
    'bound user, four attributes': asked((_) => user.isEnabled('four')),
    'view: isEnabled, a rollout': asked((key) => view.isEnabled('half', key)),
    'view: bound user, a rollout': asked((_) => viewed.isEnabled('half')),
    'isEnabled, a flag that is off': asked(
      (key) => client.isEnabled('off', key),
    ),
    'forUser, with four attributes': asked((key) {
      client.forUser(key, attributes: attributes);
      return true;
    }),
  };
}
