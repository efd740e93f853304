/// Questions about flags: in as few steps as there can be between a caller and
/// the engine.
library;

import 'dart:convert';
import 'dart:ffi';

import 'attributes.dart';
import 'bindings.dart' as native;
import 'bound_user.dart';
import 'engine.dart';
import 'evaluation.dart';
import 'flag.dart';
import 'flag_handles.dart';
import 'scratch.dart';
import 'status.dart';

/// Answers from the flags of one engine. Nothing here throws.
///
/// Finalizable, so that it and with it the engine's memory stay until a call
/// of it is done, whoever has let go of it.
abstract base class Evaluator implements Finalizable {
  /// See [FlagHandles] for `isTold`.
  Evaluator(this.engine, {required bool isTold})
    : handles = FlagHandles(engine, isTold: isTold),
      _client = engine.client;

  /// Where the flags are. Not for callers.
  final Engine engine;

  /// The flags that were asked for. Not for callers.
  final FlagHandles handles;

  // At hand, for each step on the way to them shows in the time of a question.
  final Pointer<native.NativeClient> _client;
  final Scratch _scratch = Scratch.own;

  /// Whether the flag is on for the user, from memory.
  ///
  /// [defaultValue] is the answer for a flag that is not known, or not yet,
  /// where the flag's rollout asks for a [userKey] that is null, and where
  /// reading [attributes] throws. Only those attributes are read that the
  /// flag's rules name.
  bool isEnabled(
    String flagKey,
    String? userKey, {
    Attributes? attributes,
    bool defaultValue = false,
  }) {
    final flag = handles.get(flagKey);
    if (flag == null) return defaultValue;
    if (flag.fixed >= 0) return isOn(flag.fixed);
    final bits = _ask(flag, userKey, attributes, defaultValue);
    if (!isError(bits)) return isOn(bits);
    return _evaluateAgain(
      flag,
      bits,
      flagKey,
      userKey,
      attributes,
      defaultValue,
    ).isEnabled;
  }

  /// As [isEnabled], with the reason.
  Evaluation evaluate(
    String flagKey,
    String? userKey, {
    Attributes? attributes,
    bool defaultValue = false,
  }) {
    final flag = handles.get(flagKey);
    if (flag == null) {
      return Evaluation.defaulted(defaultValue, Reason.flagNotFound);
    }
    final bits =
        flag.fixed >= 0
            ? flag.fixed
            : _ask(flag, userKey, attributes, defaultValue);
    if (!isError(bits)) return Evaluation.ofBits(bits, flag.revision);
    return _evaluateAgain(
      flag,
      bits,
      flagKey,
      userKey,
      attributes,
      defaultValue,
    );
  }

  /// A user whose key and attributes are read once, for many questions.
  BoundUser forUser(String? userKey, {Attributes? attributes}) =>
      BoundUser(handles, userKey, attributes);

  /// Whether there are flags, and whether they are current.
  SidekickStatus get status => engine.status;

  /// The store's revision that the flags are of; 0 before the first ones.
  int get revision => engine.revision;

  /// All flags, sorted by key. Made of JSON at each call: for pages and tools.
  List<Flag> flags() => [
    for (final flag in jsonDecode(engine.flagsJson()) as List<dynamic>)
      Flag.ofJson(flag as Map<String, dynamic>),
  ];

  /// The flags as a text for the `bootstrap` of another client; null before
  /// the first ones. It is as confidential as the flags.
  String? snapshot() => engine.exportSnapshot();

  /// What comes of an answer that is none. Where the flag has changed since
  /// its key was resolved, which is rare where changes are told, it is asked
  /// again; and once more where it has changed in between.
  Evaluation _evaluateAgain(
    FlagHandle asked,
    int answer,
    String flagKey,
    String? userKey,
    Attributes? attributes,
    bool defaultValue,
  ) {
    var flag = asked;
    var bits = answer;
    while (isStale(bits)) {
      final renewed = handles.renew(flagKey);
      if (renewed == null) {
        return Evaluation.defaulted(defaultValue, Reason.flagNotFound);
      }
      flag = renewed;
      bits =
          flag.fixed >= 0
              ? flag.fixed
              : _ask(flag, userKey, attributes, defaultValue);
    }
    return isError(bits)
        ? Evaluation.defaulted(defaultValue, Reason.error)
        : Evaluation.ofBits(bits, flag.revision);
  }

  /// The answer's integer.
  @pragma('vm:prefer-inline')
  int _ask(
    FlagHandle flag,
    String? userKey,
    Attributes? attributes,
    bool defaultValue,
  ) =>
      attributes == null || flag.attributes.isEmpty
          ? _askAbout(flag, userKey, defaultValue)
          : _askWith(flag, userKey, attributes, defaultValue);

  /// Without attributes, so that nothing of the caller's runs.
  int _askAbout(FlagHandle flag, String? userKey, bool defaultValue) {
    final scratch = _scratch;
    final start = scratch.top;
    final length = userKey == null ? 0 : scratch.write(userKey);
    scratch.top = start;
    if (length < 0) return _askAtLength(flag, userKey, null);
    return native.evaluateHandle(
      _client,
      flag.handle,
      userKey == null ? nullptr : scratch.at(start),
      length,
      nullptr,
      0,
      defaultValue,
    );
  }

  int _askWith(
    FlagHandle flag,
    String? userKey,
    Attributes attributes,
    bool defaultValue,
  ) {
    final scratch = _scratch;
    final before = scratch.top;
    final textsBefore = scratch.textCount;
    int bits;
    try {
      bits = _write(scratch, flag, userKey, attributes, defaultValue);
    } catch (_) {
      // A map of the caller's has thrown.
      bits = errorBits;
    }
    scratch
      ..top = before
      ..textCount = textsBefore;
    return bits;
  }

  int _write(
    Scratch scratch,
    FlagHandle flag,
    String? userKey,
    Attributes attributes,
    bool defaultValue,
  ) {
    final names = flag.attributes;
    final count = names.length;
    final first = scratch.textCount;
    if (!scratch.hasRoomFor(count)) {
      return _askAtLength(flag, userKey, attributes);
    }
    scratch.textCount = first + count;
    for (var index = 0; index < count; index += 1) {
      // Here a map of the caller's may ask a question of its own.
      final value = textOf(attributes[names[index]]);
      if (value == null) {
        scratch.putNone(first + index);
        continue;
      }
      final start = scratch.top;
      final length = scratch.write(value);
      if (length < 0) return _askAtLength(flag, userKey, attributes);
      scratch.putText(first + index, start, length);
    }
    final start = scratch.top;
    final length = userKey == null ? 0 : scratch.write(userKey);
    if (length < 0) return _askAtLength(flag, userKey, attributes);
    return native.evaluateHandle(
      _client,
      flag.handle,
      userKey == null ? nullptr : scratch.at(start),
      length,
      scratch.texts + first,
      count,
      defaultValue,
    );
  }

  /// As [_ask], for texts that the kept buffer has no room for.
  int _askAtLength(FlagHandle flag, String? userKey, Attributes? attributes) {
    final large = LargeTexts([
      userKey,
      for (final name in flag.attributes) textOf(attributes?[name]),
    ]);
    try {
      final user = large.texts[0];
      return native.evaluateHandle(
        _client,
        flag.handle,
        user.pointer,
        user.length,
        large.texts + 1,
        flag.attributes.length,
        false,
      );
    } finally {
      large.free();
    }
  }
}
