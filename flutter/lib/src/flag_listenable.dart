/// One answer that can be listened to, for what shows it.
library;

import 'dart:async';

import 'flag_change.dart';

/// The answer for one flag and user, and who wants to hear when it is another.
/// It has the members of Flutter's `ValueListenable<bool>`, and needs no
/// Flutter; `flutter.dart` of this package has a widget for it.
final class FlagListenable {
  /// Not for callers: `client.listenable` makes it.
  FlagListenable(this._ask, this._changes);

  final bool Function() _ask;
  final Stream<FlagChange> _changes;
  final List<void Function()> _listeners = [];
  StreamSubscription<FlagChange>? _subscription;
  late bool _told;

  /// The answer now.
  bool get value => _ask();

  /// Calls the listener whenever the answer has become another. A listener
  /// that was added twice is called twice.
  void addListener(void Function() listener) {
    if (_listeners.isEmpty) {
      _told = value;
      _subscription = _changes.listen((_) => _tell());
    }
    _listeners.add(listener);
  }

  /// Ends what [addListener] began. Nothing is held after the last listener
  /// is gone.
  void removeListener(void Function() listener) {
    _listeners.remove(listener);
    if (_listeners.isNotEmpty) return;
    unawaited(_subscription?.cancel());
    _subscription = null;
  }

  void _tell() {
    final now = value;
    if (now == _told) return;
    _told = now;
    // Those who listen now, also where one of them comes or goes.
    for (final listener in [..._listeners]) {
      if (!_listeners.contains(listener)) continue;
      try {
        listener();
      } catch (error, trace) {
        // It harms no other listener.
        Zone.current.handleUncaughtError(error, trace);
      }
    }
  }
}
