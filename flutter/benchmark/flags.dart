/// The flags and users that the benchmarks ask about.
library;

import 'package:sidekick_flutter/sidekick_flutter.dart';

import '../test/support/stream.dart';

/// As long as a UUID.
final List<String> userKeys = [
  for (var index = 0; index < 1000; index += 1)
    '${'$index'.padLeft(8, '0')}-aaaa-4bbb-8ccc-dddddddddddd',
];

/// Those that the rules of `four` read, none of which matches.
const Map<String, String> attributes = {
  'email': 'somebody@acme.com',
  'plan': 'free',
  'country': 'de',
  'device': 'phone',
};

List<WireFlag> get _flags => [
  {'key': 'off', 'is_enabled': false, 'revision': 1},
  {
    'key': 'half',
    'is_enabled': true,
    'rollout_percentage': 50,
    'revision': 1,
  },
  {
    'key': 'four',
    'is_enabled': true,
    'rollout_percentage': 50,
    'revision': 1,
    'rules': [
      for (final name in attributes.keys)
        {
          'attribute': name,
          'operator': 'Equals',
          'values': ['a', 'b', 'c', 'd'].map((end) => '$name-$end').toList(),
        },
    ],
  },
];

/// A client that has the flags and no server.
Future<SidekickFlutterClient> clientWithFlags() async {
  final client = SidekickFlutterClient(
    serverUrl: 'http://127.0.0.1:9',
    sdkKey: '',
    onError: (_) {},
    bootstrap: snapshotOf(_flags),
  );
  await client.init();
  return client;
}
