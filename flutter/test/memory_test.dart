/// What is left behind: of evaluations nothing, of clients nothing. A short
/// run; `benchmark/memory.dart` is the long one.
library;

import 'support/clients.dart';
import 'support/memory.dart';
import 'support/runner.dart';
import 'support/stream.dart';
import 'support/stream_server.dart';

/// The VM itself takes a megabyte or two now and then, for its compiler and its
/// collector.
const int _noise = 4 * 1024 * 1024;

void memoryTests() => group('native memory', () {
  test('does not grow by evaluations', () async {
    final client = await clientWith(flags);
    evaluate(client, 100000);
    await collect();
    final before = nativeBytes();
    evaluate(client, 500000);
    // What a call leaves behind would be 16 bytes at least.
    await shrinksTo(before + _noise, '500,000 evaluations');
  });

  test('goes with clients that are closed and forgotten', () async {
    final many = [
      ...flags,
      for (var index = 0; index < 200; index += 1)
        {'key': 'flag-$index', 'is_enabled': true, 'description': 'x' * 100},
    ];
    final server = await StreamServer.start((peer, _) {
      peer.stream(replay(many, 3));
    });
    Future<void> turn(int times) async {
      for (var time = 0; time < times; time += 1) {
        await cycle(server.url);
        server.requests.clear();
      }
    }

    await turn(200);
    await collect();
    final before = nativeBytes();
    await turn(300);
    // Those that stayed would be 10 MB and more.
    await shrinksTo(before + _noise, '300 clients');
    await server.close();
  });

  test('goes with users that are forgotten', () async {
    final client = await clientWith(flags);
    void turn(int times) {
      for (var time = 0; time < times; time += 1) {
        client.forUser('user-$time', attributes: {'plan': 'x' * 100});
      }
    }

    turn(20000);
    await collect();
    final before = nativeBytes();
    turn(50000);
    // Those that stayed would be 10 MB.
    await shrinksTo(before + _noise, '50,000 users');
  });
});
