/// A server that answers as a test says, for what the real one never does. It
/// writes to the socket itself, so that it can stop anywhere and sees who goes.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:io';

/// Answers one request; `number` counts them from 0.
typedef Answer = FutureOr<void> Function(Peer peer, int number);

/// One request, and the way back.
final class Peer {
  Peer._(this._socket, List<String> head)
    : path = head.first.split(' ')[1],
      headers = {
        for (final line in head.skip(1))
          line.split(': ').first.toLowerCase(): line.split(': ').last,
      };

  final Socket _socket;

  /// What was asked for.
  final String path;

  /// By their names in lower case.
  final Map<String, String> headers;

  /// When the client has gone.
  Future<void> get gone => _gone.future;
  final Completer<void> _gone = Completer();

  /// Begins an answer in chunks.
  void begin(int status, Map<String, String> headers) {
    final lines = [
      'HTTP/1.1 $status Text',
      for (final MapEntry(:key, :value) in headers.entries) '$key: $value',
      'Transfer-Encoding: chunked',
    ];
    _socket.write('${lines.join('\r\n')}\r\n\r\n');
  }

  /// Begins an event stream with this text.
  void stream(String text) {
    begin(200, {'Content-Type': 'text/event-stream'});
    send(text);
  }

  /// Sends more, at once.
  void send(String text) {
    if (text != '') sendBytes(utf8.encode(text));
  }

  void sendBytes(List<int> bytes) {
    _socket
      ..write('${bytes.length.toRadixString(16)}\r\n')
      ..add(bytes)
      ..write('\r\n');
  }

  /// Ends the answer, as it should.
  Future<void> end() {
    _socket.write('0\r\n\r\n');
    return _socket.flush();
  }

  /// Ends the connection in the middle of the answer.
  Future<void> breakOff() async {
    await _socket.flush();
    _socket.destroy();
  }
}

/// It runs until [close].
final class StreamServer {
  StreamServer._(this._server, this._answer) {
    _server.listen(_serve);
  }

  /// On a port of its own.
  static Future<StreamServer> start(Answer answer) async => StreamServer._(
    await ServerSocket.bind(InternetAddress.loopbackIPv4, 0),
    answer,
  );

  final ServerSocket _server;
  final Answer _answer;

  /// All that came, in their order.
  final List<Peer> requests = [];

  String get url => 'http://127.0.0.1:${_server.port}';

  Future<void> close() async {
    await _server.close();
    for (final peer in requests) {
      peer._socket.destroy();
    }
  }

  void _serve(Socket socket) {
    socket.setOption(SocketOption.tcpNoDelay, true);
    // What is written to somebody who has gone is lost, as it should be.
    unawaited(socket.done.catchError((Object _) => socket));
    final head = StringBuffer();
    Peer? peer;
    void end([Object? _]) {
      final gone = peer?._gone;
      if (gone != null && !gone.isCompleted) gone.complete();
      socket.destroy();
    }

    socket.listen(
      (bytes) {
        head.write(latin1.decode(bytes));
        final text = '$head';
        if (peer != null || !text.endsWith('\r\n\r\n')) return;
        final lines = text.trimRight().split('\r\n');
        final own = peer = Peer._(socket, lines);
        requests.add(own);
        unawaited(Future.sync(() => _answer(own, requests.length - 1)));
      },
      onError: end,
      onDone: end,
    );
  }
}
