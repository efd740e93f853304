/// What an evaluation costs at least from Dart: a leaf call with a handle and
/// texts that are written into one kept buffer, and nothing round it. No check
/// of anything: it serves as a measure, not as a client.
library;

import 'dart:ffi';
import 'dart:typed_data';

import 'package:sidekick_flutter/src/bindings.dart' as native;
import 'package:sidekick_flutter/src/memory.dart';

/// A flag of a client, with its buffer.
final class Bare {
  /// The key must be one that the client has.
  Bare(this.client, String flagKey) {
    final place = allocate(64).cast<native.NativeFlag>();
    final length = write(0, flagKey);
    native.resolve(client, _block, length, place);
    handle = place.ref.handle;
    release(place.cast());
  }

  final Pointer<native.NativeClient> client;
  late final int handle;
  final Pointer<Uint8> _block = allocate(4096);
  late final Uint8List _bytes = _block.asTypedList(4096);
  late final Pointer<native.NativeText> _texts = (_block + 2048).cast();

  /// The texts must be ASCII.
  int write(int start, String text) {
    final bytes = _bytes;
    final length = text.length;
    for (var index = 0; index < length; index += 1) {
      bytes[start + index] = text.codeUnitAt(index);
    }
    return length;
  }

  /// Without attributes.
  bool isEnabled(String userKey) {
    final length = write(0, userKey);
    final bits = native.evaluateHandle(
      client,
      handle,
      _block,
      length,
      nullptr,
      0,
      false,
    );
    return bits & 1 == 1;
  }

  /// With the values of these names out of a map.
  bool isEnabledFor(
    String userKey,
    Map<String, Object?> attributes,
    List<String> names,
  ) {
    final keyLength = write(0, userKey);
    var start = keyLength;
    final count = names.length;
    for (var index = 0; index < count; index += 1) {
      final value = attributes[names[index]];
      if (value is! String) continue;
      final length = write(start, value);
      _texts[index]
        ..pointer = _block + start
        ..length = length;
      start += length;
    }
    final bits = native.evaluateHandle(
      client,
      handle,
      _block,
      keyLength,
      _texts,
      count,
      false,
    );
    return bits & 1 == 1;
  }
}
