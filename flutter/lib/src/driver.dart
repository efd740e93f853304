/// Moves bytes and timers between an engine and the network. What they mean,
/// the engine knows.
library;

import 'dart:async';

import 'connection.dart';
import 'engine.dart';

/// Opens a connection; the last event id is empty where there is none.
typedef Opener = Connection Function(String lastEventId, Receiver receiver);

/// Hears of each output that is no work for the driver, with what broke the
/// connection where an error came of that.
typedef Listener = void Function(Output output, Object? cause);

/// One engine at one server.
final class Driver {
  /// `_open` is called from the start on.
  Driver(this._engine, this._open, this._listener);

  final Engine _engine;
  final Opener _open;
  final Listener _listener;
  Connection? _connection;
  Timer? _timer;
  bool _isEnded = false;

  /// Something happened.
  void tell(Event event) => act((now) => _engine.handle(event, now));

  /// Gives the engine an input and does what comes of it.
  void act(void Function(int now) input, [Object? cause]) {
    input(_now);
    for (;;) {
      final output = _engine.pollOutput();
      switch (output.kind) {
        case OutputKind.none:
          return;
        case OutputKind.disconnect:
          _disconnect();
        case OutputKind.connect:
          _connect(output.text);
        case OutputKind.wakeAt:
          _wakeAt(output.number);
        case OutputKind.error:
        case OutputKind.flagsChanged:
        case OutputKind.statusChanged:
          _listener(output, cause);
      }
    }
  }

  /// Ends everything; what is asked for afterwards is not done.
  void end() {
    _isEnded = true;
    tell(Event.close);
    _disconnect();
    _timer?.cancel();
  }

  void _connect(String lastEventId) {
    _disconnect();
    if (_isEnded) return;
    _connection = _open(lastEventId, (
      connected:
          (status, contentType, retryAfter) => act(
            (now) =>
                _engine.handleConnected(now, status, contentType, retryAfter),
          ),
      bytes: (chunk) => act((now) => _engine.handleBytes(now, chunk)),
      disconnected: (cause) {
        _disconnect();
        act((now) => _engine.handle(Event.disconnected, now), cause);
      },
    ));
  }

  void _disconnect() {
    final last = _connection;
    _connection = null;
    last?.close();
  }

  void _wakeAt(int at) {
    _timer?.cancel();
    if (_isEnded) return;
    _timer = Timer(
      Duration(milliseconds: at - _now),
      () => tell(Event.timeout),
    );
  }
}

final Stopwatch _clock = Stopwatch()..start();

int get _now => _clock.elapsedMilliseconds;
