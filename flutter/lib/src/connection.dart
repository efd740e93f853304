/// One connection to the server's event stream, read as it comes. It knows
/// bytes and headers, not what they mean.
library;

import 'dart:async';
import 'dart:io';

/// Hears of a connection, never before it was opened, nor after it was closed.
typedef Receiver =
    ({
      /// The answer's status, `Content-Type` and `Retry-After`; empty where
      /// there is none.
      void Function(int status, String contentType, String retryAfter)
      connected,
      void Function(List<int> chunk) bytes,

      /// The last call. `cause` is what broke it, where that is known.
      void Function(Object? cause) disconnected,
    });

/// A `GET` of the stream.
final class Connection {
  /// Begins it; the receiver hears the rest.
  Connection.open(
    Uri address,
    Map<String, String> headers,
    String lastEventId,
    this._receiver,
  ) {
    unawaited(_run(address, headers, lastEventId));
  }

  /// Its own, so that closing it ends whatever state the connection is in. It
  /// is what `HttpOverrides` makes of it.
  final HttpClient _http = HttpClient();
  final Receiver _receiver;
  bool _isClosed = false;

  /// Ends it at once; the receiver hears no more.
  void close() {
    _isClosed = true;
    _http.close(force: true);
  }

  Future<void> _run(
    Uri address,
    Map<String, String> headers,
    String lastEventId,
  ) async {
    Object? cause;
    try {
      // A compressed stream may be held back until a block is full.
      _http.autoUncompress = false;
      final request = await _http.getUrl(address);
      request.headers.removeAll(HttpHeaders.acceptEncodingHeader);
      headers.forEach(request.headers.set);
      if (lastEventId != '') {
        request.headers.set('Last-Event-ID', lastEventId);
      }
      final answer = await request.close();
      if (_isClosed) return;
      String header(String name) => answer.headers[name]?.join(', ') ?? '';
      _receiver.connected(
        answer.statusCode,
        header(HttpHeaders.contentTypeHeader),
        header(HttpHeaders.retryAfterHeader),
      );
      await for (final chunk in answer) {
        if (_isClosed) return;
        _receiver.bytes(chunk);
      }
    } catch (error) {
      if (_isClosed) return;
      // A defect is not the network's.
      if (error is! Exception) rethrow;
      cause = error;
    }
    if (!_isClosed) _receiver.disconnected(cause);
  }
}
