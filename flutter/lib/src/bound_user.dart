/// A user whose key and attributes lie in native memory, so that a question
/// costs little more than its answer.
library;

import 'dart:ffi';

import 'attributes.dart';
import 'bindings.dart' as native;
import 'evaluation.dart';
import 'flag_handles.dart';
import 'scratch.dart';

/// Made by `client.forUser`. What the attributes are at that moment counts;
/// later changes of the map do not. Nothing here throws.
final class BoundUser implements Finalizable {
  /// Reads key and attributes. Not for callers.
  BoundUser(this._handles, String? userKey, Attributes? attributes)
    : _version = _handles.version {
    try {
      _user = _create(userKey, attributes);
    } catch (_) {
      // A map of the caller's has thrown: every question is an error.
      _user = nullptr;
    }
  }

  final FlagHandles _handles;
  late final Pointer<native.NativeUser> _user;

  /// The answers by flag key: with one user and the same flags they are the
  /// same.
  final Map<String, int> _answers = {};

  /// Of the flags that the answers were given by.
  int _version;

  static final NativeFinalizer _freeLater = NativeFinalizer(
    Native.addressOf<NativeFunction<Void Function(Pointer<native.NativeUser>)>>(
      native.userFree,
    ).cast(),
  );

  /// As the client's, for this user.
  bool isEnabled(String flagKey, {bool defaultValue = false}) {
    if (_version == _handles.version) {
      final bits = _answers[flagKey];
      if (bits != null) return isOn(bits);
    }
    return evaluate(flagKey, defaultValue: defaultValue).isEnabled;
  }

  /// As the client's, for this user.
  Evaluation evaluate(String flagKey, {bool defaultValue = false}) {
    var flag = _handles.get(flagKey);
    var bits = _answer(flagKey, flag);
    // Again where it has changed in between, too.
    while (flag != null && isStale(bits)) {
      flag = _handles.renew(flagKey);
      bits = _answer(flagKey, flag);
    }
    if (flag == null) {
      return Evaluation.defaulted(defaultValue, Reason.flagNotFound);
    }
    return isError(bits)
        ? Evaluation.defaulted(defaultValue, Reason.error)
        : Evaluation.ofBits(bits, flag.revision);
  }

  int _answer(String flagKey, FlagHandle? flag) {
    if (flag == null) return errorBits;
    if (!_handles.isTold) return _ask(flag);
    if (_version != _handles.version) {
      _answers.clear();
      _version = _handles.version;
    }
    final known = _answers[flagKey];
    if (known != null) return known;
    final bits = _ask(flag);
    if (!isError(bits)) _answers[flagKey] = bits;
    return bits;
  }

  int _ask(FlagHandle flag) {
    if (flag.fixed >= 0) return flag.fixed;
    if (_user == nullptr) return errorBits;
    return native.evaluateUser(
      _handles.engine.client,
      flag.handle,
      _user,
      false,
    );
  }

  Pointer<native.NativeUser> _create(String? userKey, Attributes? attributes) {
    final scratch = Scratch.own;
    final before = scratch.top;
    final first = scratch.textCount;
    try {
      var fits = scratch.push(userKey);
      attributes?.forEach((name, value) {
        // Here a map of the caller's may ask a question of its own.
        final text = textOf(value);
        if (text == null || !fits) return;
        fits = scratch.push(name) && scratch.push(text);
      });
      if (!fits) return _createAtLength(userKey, attributes);
      final count = scratch.textCount - first;
      final size = scratch.top - before;
      return _copy(scratch.texts + first, count, size);
    } finally {
      scratch
        ..top = before
        ..textCount = first;
    }
  }

  /// As [_create], for texts that the kept buffer has no room for.
  Pointer<native.NativeUser> _createAtLength(
    String? userKey,
    Attributes? attributes,
  ) {
    final texts = [userKey];
    attributes?.forEach((name, value) {
      final text = textOf(value);
      if (text != null) texts.addAll([name, text]);
    });
    final large = LargeTexts(texts);
    try {
      return _copy(large.texts, texts.length, large.size);
    } finally {
      large.free();
    }
  }

  /// Of the user key, and names and values by turns.
  Pointer<native.NativeUser> _copy(
    Pointer<native.NativeText> texts,
    int count,
    int size,
  ) {
    final key = texts[0];
    final place = Scratch.own.user;
    native.userCreate(key.pointer, key.length, texts + 1, count ~/ 2, place);
    final user = place.value;
    _freeLater.attach(this, user.cast(), externalSize: size);
    return user;
  }
}
