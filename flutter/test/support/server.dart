/// The real server binary as a child process, in a folder and on a port of its
/// own.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

import 'stream.dart';

/// The server's key.
const String key = 'full/key+1';

/// A port that nobody listens on.
Future<int> freePort() async {
  // Below those that systems give to whoever connects, so that nobody takes it
  // in the meantime.
  for (var port = 21000 + pid % 4000; ; port += 1) {
    try {
      final host = InternetAddress.loopbackIPv4;
      final socket = await ServerSocket.bind(host, port);
      await socket.close();
      return port;
    } on SocketException {
      continue;
    }
  }
}

/// One server.
final class Server {
  Server._(this.port);

  /// A running server with these flags.
  static Future<Server> start([List<WireFlag> flags = const []]) async {
    final server = Server._(await freePort());
    if (flags.isNotEmpty) await server._import(flags);
    await server.restart();
    return server;
  }

  final int port;
  final Directory _folder = Directory.systemTemp.createTempSync('sidekick-');
  final StringBuffer _log = StringBuffer();
  final HttpClient _http = HttpClient();
  Process? _process;

  String get url => 'http://127.0.0.1:$port';

  /// Starts it, and waits until it answers.
  Future<void> restart() async {
    final process = _process = await _spawn([]);
    var hasEnded = false;
    unawaited(process.exitCode.then((_) => hasEnded = true));
    final watch = Stopwatch()..start();
    for (;;) {
      // The log says it a moment before the socket is there.
      try {
        final request = await _http.getUrl(Uri.parse('$url/readyz'));
        final answer = await request.close();
        await answer.drain<void>();
        if (answer.statusCode == 200) return;
      } on IOException {
        // Not yet.
      }
      if (hasEnded || watch.elapsed > const Duration(seconds: 20)) {
        throw StateError('the server did not start:\n$_log');
      }
      await Future<void>.delayed(const Duration(milliseconds: 10));
    }
  }

  /// As a power cut.
  Future<void> kill() => _end(ProcessSignal.sigkill);

  /// As an operator.
  Future<void> terminate() => _end(ProcessSignal.sigterm);

  /// Kills it, if it still runs, and removes its files.
  Future<void> dispose() async {
    await kill();
    _http.close(force: true);
    await _folder.delete(recursive: true);
  }

  /// Creates or replaces a flag; gives its revision.
  Future<int> put(WireFlag flag) async {
    final answer = await _request('POST', '/api/flags', flag);
    return (jsonDecode(answer) as Map<String, dynamic>)['revision'] as int;
  }

  Future<void> delete(String flagKey) =>
      _request('DELETE', '/api/flags/$flagKey');

  /// The flags as the REST API gives them.
  Future<List<dynamic>> flags() async =>
      jsonDecode(await _request('GET', '/api/flags')) as List<dynamic>;

  /// The value of a series in `/metrics`.
  Future<num> metric(String series) async {
    final text = await _request('GET', '/metrics');
    final lines = text.split('\n');
    final line = lines.firstWhere((line) => line.startsWith('$series '));
    return num.parse(line.substring(series.length + 1));
  }

  Future<String> _request(String method, String path, [WireFlag? body]) async {
    final request = await _http.openUrl(method, Uri.parse('$url$path'));
    request.headers.set('Authorization', 'Bearer $key');
    if (body != null) {
      request.headers.contentType = ContentType.json;
      request.add(utf8.encode(jsonEncode(body)));
    }
    final answer = await request.close();
    final text = await utf8.decodeStream(answer);
    if (answer.statusCode >= 300) {
      throw StateError('$method $path: ${answer.statusCode} $text');
    }
    return text;
  }

  Future<void> _import(List<WireFlag> flags) async {
    final file = File('${_folder.path}/flags.json');
    await file.writeAsString(
      jsonEncode({'sidekick_export': 1, 'flags': flags}),
    );
    final process = await _spawn(['import', file.path]);
    if (await process.exitCode != 0) {
      throw StateError('the flags could not be imported:\n$_log');
    }
  }

  Future<Process> _spawn(List<String> words) async {
    final binary = Platform.environment['SIDEKICK_SERVER'];
    if (binary == null) throw StateError('SIDEKICK_SERVER names no binary');
    final process = await Process.start(
      binary,
      words,
      workingDirectory: _folder.path,
      environment: {
        'HOST': '127.0.0.1',
        'PORT': '$port',
        'SDK_KEY': key,
        'DATABASE_URL': 'sqlite:${_folder.path}/sidekick.db',
      },
    );
    process.stdout.transform(utf8.decoder).listen(_log.write);
    process.stderr.transform(utf8.decoder).listen(_log.write);
    return process;
  }

  Future<void> _end(ProcessSignal signal) async {
    final process = _process;
    _process = null;
    if (process == null) return;
    process.kill(signal);
    await process.exitCode;
  }
}
