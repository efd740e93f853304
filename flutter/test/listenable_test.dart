/// What a widget listens to.
library;

import 'support/clients.dart';
import 'support/runner.dart';
import 'support/stream.dart';
import 'support/stream_server.dart';

WireFlag _on(bool isOn) => {'key': 'on', 'is_enabled': isOn};

void listenableTests() => group('a listenable', () {
  test('tells when the answer is another, and only then', () async {
    final server = await StreamServer.start(
      (peer, _) => peer.stream(replay([_on(false)], 1)),
    );
    await withClient(server.url, (client, _) async {
      await client.init();
      final listenable = client.listenable('on', 'u');
      var told = 0;
      void listener() => told += 1;
      listenable.addListener(listener);
      same(listenable.value, false);
      final peer = server.requests.single;
      Future<void> send(String text, int revision) {
        peer.send(text);
        return reached(client, revision);
      }

      await send(upsert({'key': 'other', 'is_enabled': true}, 2), 2);
      await send(upsert({..._on(false), 'description': 'x'}, 3), 3);
      same(told, 0);
      await send(upsert(_on(true), 4), 4);
      await eventually('it is told', () => told == 1);
      same(listenable.value, true);
      listenable.removeListener(listener);
      await send(upsert(_on(false), 5), 5);
      same((told, listenable.value), (1, false));
    });
    await server.close();
  });

  test('does without listeners that come, go or throw', () async {
    final server = await StreamServer.start(
      (peer, _) => peer.stream(replay([_on(false)], 1)),
    );
    await withClient(server.url, (client, _) async {
      await client.init();
      final listenable = client.listenable('on', 'u');
      final told = <String>[];
      void last() => told.add('last');
      void second() => told.add('second');
      listenable
        ..addListener(() {
          told.add('first');
          listenable.removeListener(second);
        })
        ..addListener(second)
        ..addListener(last);
      server.requests.single.send(upsert(_on(true), 2));
      await eventually('the last is told', () => told.contains('last'));
      same(told, ['first', 'last']);
    });
    await server.close();
  });
});
