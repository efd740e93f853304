/// Keeps the last-known flags somewhere durable: at most once a second, one
/// save at a time, and a last time at the end.
library;

import 'dart:async';

/// Where a caller keeps a snapshot. Either method may be asynchronous; what
/// they throw becomes an error with the code `STORAGE`.
abstract interface class SnapshotStorage {
  /// What was saved last; null where there is nothing.
  FutureOr<String?> load();

  /// Replaces it.
  FutureOr<void> save(String snapshot);
}

const Duration _interval = Duration(seconds: 1);

/// Saves what [SnapshotKeeper._snapshot] gives, when it is told of changes.
final class SnapshotKeeper {
  /// `_report` hears what the storage throws, with what was tried.
  SnapshotKeeper(this._storage, this._snapshot, this._report);

  final SnapshotStorage _storage;
  final String? Function() _snapshot;
  final void Function(String message, Object cause) _report;
  String? _last;
  Timer? _timer;
  Future<void> _saving = Future.value();

  /// What is stored.
  Future<String?> stored() async {
    try {
      return _last = await _storage.load();
    } catch (error) {
      _report('the storage cannot load the flags: $error', error);
      return null;
    }
  }

  /// There is something to save, soon.
  void changed() => _timer ??= Timer(_interval, end);

  /// Saves, unless it is saved already; done when that is.
  Future<void> end() {
    _timer?.cancel();
    _timer = null;
    return _saving = _saving.then((_) => _save());
  }

  Future<void> _save() async {
    try {
      final snapshot = _snapshot();
      if (snapshot == null || snapshot == _last) return;
      await _storage.save(snapshot);
      _last = snapshot;
    } catch (error) {
      _report('the storage cannot save the flags: $error', error);
    }
  }
}
