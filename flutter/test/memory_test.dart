/// What is left behind: of evaluations nothing, of clients nothing. A short
/// run; `benchmark/memory.dart` is the long one.
library;

import 'support/clients.dart';
import 'support/memory.dart';
import 'support/runner.dart';
import 'support/stream.dart';
import 'support/stream_server.dart';

void memoryTests() => group('native memory', () {
  test('does not grow by evaluations', () async {
    final client = await clientWith(flags);
    evaluate(client, 100000);
    await collect();
    final before = nativeBytes();
    evaluate(client, 500000);
    await collect();
    final grown = nativeBytes() - before;
    holds(grown < 64 * 1024, '$grown bytes more');
  });

  test('goes with clients that are closed and forgotten', () async {
    final server = await StreamServer.start((peer, _) {
      peer.stream(replay(flags, 3));
    });
    Future<void> turn(int times) async {
      for (var time = 0; time < times; time += 1) {
        await cycle(server.url);
        server.requests.clear();
      }
      await collect();
    }

    await turn(200);
    final before = nativeBytes();
    await turn(300);
    final grown = nativeBytes() - before;
    // A client that stayed would be a kilobyte and more.
    holds(grown < 150 * 1024, '$grown bytes more for 300 clients');
    await server.close();
  });

  test('goes with users that are forgotten', () async {
    final client = await clientWith(flags);
    Future<void> turn(int times) async {
      for (var time = 0; time < times; time += 1) {
        client.forUser('user-$time', attributes: {'plan': 'x' * 100});
      }
      await collect();
    }

    await turn(20000);
    final before = nativeBytes();
    await turn(50000);
    final grown = nativeBytes() - before;
    // A user that stayed would be 150 bytes and more, some 7 MB in all.
    holds(grown < 1024 * 1024, '$grown bytes more for 50,000 users');
  });
});
