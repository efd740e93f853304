/// What is left behind by 10,000,000 evaluations and by 10,000 clients that
/// follow a server, are asked and closed: bytes of `malloc`, and resident
/// memory. Arguments: other numbers of the two.
library;

import 'dart:io';

import '../test/support/clients.dart';
import '../test/support/memory.dart';
import '../test/support/stream.dart';
import '../test/support/stream_server.dart';

Future<void> main(List<String> words) async {
  final [calls, cycles] =
      words.isEmpty ? [10000000, 10000] : words.map(int.parse).toList();
  final client = await clientWith(flags);
  await _measure('$calls evaluations', (part) async {
    evaluate(client, calls ~/ part);
  });
  final server = await StreamServer.start((peer, _) {
    peer.stream(replay(flags, 3));
  });
  await _measure('$cycles clients', (part) async {
    for (var time = 0; time < cycles ~/ part; time += 1) {
      await cycle(server.url);
      server.requests.clear();
    }
  });
  await server.close();
}

/// The growth over all of the work, after half of it: until then caches and
/// compiled code of the VM grow.
Future<void> _measure(String what, Future<void> Function(int part) act) async {
  await act(2);
  await collect();
  final native = nativeBytes();
  final resident = [residentBytes];
  for (var tenth = 0; tenth < 10; tenth += 1) {
    await act(10);
    await collect();
    resident.add(residentBytes);
  }
  stdout.writeln(
    '$what: native ${_shown(nativeBytes() - native)}; '
    'resident after each tenth ${resident.map(_shown).join(', ')}',
  );
}

String _shown(int bytes) => '${(bytes / 1024).round()} kB';
