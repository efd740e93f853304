/// The handles of the flags that were asked for, by key. A changed flag is
/// forgotten, and resolved anew when it is asked for.
library;

import 'dart:ffi';

import 'bindings.dart' as native;
import 'engine.dart';
import 'scratch.dart';

/// What an evaluation needs of a flag.
final class FlagHandle {
  /// As the library found it.
  FlagHandle(this.handle, this.fixed, this.revision, this.attributes);

  /// Finds the flag in the library.
  final int handle;

  /// The answer's integer where it is the same for everyone, else -1.
  final int fixed;

  /// The revision at which the flag last changed.
  final int revision;

  /// The attributes that its rules read.
  final List<String> attributes;
}

/// So many keys that no flag has are kept: enough for a program's own, and not
/// all that callers may make up.
const int _mostUnknown = 1000;

/// What the evaluations of one client share.
final class FlagHandles {
  /// `isTold` says whether [forget] is called for every change. Where it is
  /// not, nothing is remembered but handles, for the library knows when one is
  /// out of date.
  FlagHandles(this.engine, {required this.isTold});

  /// Where the flags are.
  final Engine engine;

  /// Whether changes are told.
  final bool isTold;

  /// Counts what may have changed answers.
  int version = 0;

  final Map<String, FlagHandle> _known = {};
  final Set<String> _unknown = {};

  /// Callers often ask about one flag many times in a row. No flag has the
  /// empty key.
  String _lastKey = '';
  FlagHandle? _last;

  /// The handle of a flag; null where there is no such flag.
  @pragma('vm:prefer-inline')
  FlagHandle? get(String flagKey) =>
      identical(flagKey, _lastKey) ? _last : _find(flagKey);

  /// For a handle that turned out to be of flags that have changed since.
  FlagHandle? renew(String flagKey) {
    _known.remove(flagKey);
    return _find(flagKey);
  }

  /// These flags have changed.
  void forget(List<String> flagKeys) {
    version += 1;
    _lastKey = '';
    _last = null;
    _unknown.clear();
    flagKeys.forEach(_known.remove);
  }

  FlagHandle? _find(String flagKey) {
    final handle =
        _known[flagKey] ??
        (_unknown.contains(flagKey) ? null : _resolve(flagKey));
    _lastKey = handle == null ? '' : flagKey;
    _last = handle;
    return handle;
  }

  FlagHandle? _resolve(String flagKey) {
    final scratch = Scratch.own;
    final place = scratch.flag;
    final start = scratch.top;
    final length = scratch.write(flagKey);
    scratch.top = start;
    // A key that does not fit is longer than a flag's can be.
    final isFound =
        length >= 0 &&
        native.resolve(engine.client, scratch.at(start), length, place) == 0;
    if (!isFound) {
      if (isTold && _unknown.length < _mostUnknown) _unknown.add(flagKey);
      return null;
    }
    final native.NativeFlag(:handle, :fixed, :revision, :attributeCount) =
        place.ref;
    final names = <String>[];
    for (var index = 0; index < attributeCount; index += 1) {
      final name = engine.attributeName(handle, index);
      // Another isolate's client has taken a change in the meantime.
      if (name == null) return _resolve(flagKey);
      names.add(name);
    }
    final found = FlagHandle(handle, isTold ? fixed : -1, revision, names);
    _known[flagKey] = found;
    return found;
  }
}
