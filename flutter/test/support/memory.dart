/// How much memory the process has, in bytes. For Linux with glibc 2.33 or
/// newer, as the VM of the tests runs on.
library;

import 'dart:ffi';
import 'dart:io';

import 'package:sidekick_flutter/sidekick_flutter.dart';

final class _Info extends Struct {
  @Size()
  external int arena;
  @Size()
  external int ordblks;
  @Size()
  external int smblks;
  @Size()
  external int hblks;
  @Size()
  external int hblkhd;
  @Size()
  external int usmblks;
  @Size()
  external int fsmblks;
  @Size()
  external int uordblks;
  @Size()
  external int fordblks;
  @Size()
  external int keepcost;
}

final _Info Function() _mallinfo = DynamicLibrary.process()
    .lookupFunction<_Info Function(), _Info Function()>('mallinfo2');

/// What was allocated by the C library's `malloc` and not freed: the native
/// library's memory among it, for its allocations are that `malloc`'s.
int nativeBytes() {
  final info = _mallinfo();
  return info.uordblks + info.hblkhd;
}

/// Resident memory.
int get residentBytes => ProcessInfo.currentRss;

/// Evaluations in each way, so many in all; gives how many are on.
int evaluate(SidekickFlutterClient client, int calls) {
  final view = SidekickView(client.address);
  final attributes = {'plan': 'free', 'email': 'somebody@acme.com'};
  final keys = [
    for (var index = 0; index < 1000; index += 1) 'a user with number $index',
  ];
  final user = client.forUser(keys[0], attributes: attributes);
  final viewed = view.forUser(keys[0], attributes: attributes);
  var on = 0;
  void count(bool isOn) {
    if (isOn) on += 1;
  }

  for (var call = 0; call < calls; call += 5) {
    final key = keys[call % 1000];
    count(client.isEnabled('half', key));
    count(client.isEnabled('rules', key, attributes: attributes));
    count(user.isEnabled('rules'));
    count(view.isEnabled('rules', key, attributes: attributes));
    count(viewed.isEnabled('rules'));
  }
  return on;
}

/// The flags that [evaluate] asks about.
const List<Map<String, Object?>> flags = [
  {
    'key': 'half',
    'is_enabled': true,
    'rollout_percentage': 50,
    'revision': 1,
  },
  {
    'key': 'rules',
    'is_enabled': true,
    'rollout_percentage': 50,
    'revision': 1,
    'rules': [
      {
        'attribute': 'plan',
        'operator': 'Equals',
        'values': ['pro'],
      },
      {
        'attribute': 'email',
        'operator': 'EndsWith',
        'values': ['@example.com'],
      },
    ],
  },
];

/// Makes a client, lets it follow the server, asks and closes it.
Future<void> cycle(String url) async {
  final client = SidekickFlutterClient(
    serverUrl: url,
    sdkKey: '',
    onError: (_) {},
  );
  await client.init();
  final attributes = {'plan': 'pro'};
  client.isEnabled('rules', 'u', attributes: attributes);
  client.forUser('u', attributes: attributes).isEnabled('rules');
  await client.close();
}

/// When so many bytes of native memory at most are there: makes garbage until
/// the collector has run, and with it the finalizers. What leaks never goes.
Future<void> shrinksTo(int most, String what) async {
  final watch = Stopwatch()..start();
  while (nativeBytes() > most) {
    if (watch.elapsed > const Duration(seconds: 20)) {
      throw StateError('$what: ${nativeBytes() - most} bytes too many');
    }
    _makeGarbage();
    await Future<void>.delayed(Duration.zero);
  }
}

/// As much garbage as makes the collector run several times.
Future<void> collect() async {
  for (var time = 0; time < 500; time += 1) {
    _makeGarbage();
    if (time % 50 == 0) await Future<void>.delayed(Duration.zero);
  }
}

/// Large enough for the old generation, whose collection is the whole one; and
/// held for a moment, so that no compiler leaves it out.
void _makeGarbage() => _garbage = List.filled(100000, 0);
// It is written, never read. ignore: unused_element
List<int> _garbage = const [];
