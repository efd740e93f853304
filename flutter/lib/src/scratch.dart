/// The one native buffer of an isolate: the texts of a question are written
/// into it, and stay where they are until the question is answered.
library;

import 'dart:convert';
import 'dart:ffi';
import 'dart:typed_data';

import 'bindings.dart';
import 'memory.dart';

/// A stack of texts. Who writes notes [top] before and sets it back after; so
/// a question that is asked while another one is being written (by a map of
/// the caller's) lies above it and harms nothing.
final class Scratch implements Finalizable {
  Scratch._() : _block = allocate(_capacity + _places) {
    releaseLater.attach(this, _block.cast());
  }

  /// This isolate's.
  static final Scratch own = Scratch._();

  static const int _capacity = 65536;

  /// What functions of the library write to; behind the texts.
  static const int _places = 64;

  final Pointer<Uint8> _block;

  /// Where the next text goes.
  int top = 0;

  /// The texts' bytes.
  late final Uint8List bytes = _block.asTypedList(_capacity);

  /// A place for what a call gives back. It is to be read before the next
  /// call.
  late final Pointer<NativeOutput> output = (_block + _capacity).cast();
  late final Pointer<NativeState> state = output.cast();
  late final Pointer<NativeBytes> given = output.cast();
  late final Pointer<NativeFlag> flag = output.cast();
  late final Pointer<Bool> isTrue = output.cast();
  late final Pointer<Pointer<NativeUser>> user = output.cast();

  /// The address of a place in [bytes].
  Pointer<Uint8> at(int place) => _block + place;

  /// Room for so many [NativeText]s at [top], which goes behind it; -1 where
  /// there is none.
  @pragma('vm:prefer-inline')
  int reserveTexts(int count) {
    final start = (top + 7) & -8;
    final end = start + count * sizeOf<NativeText>();
    if (end > _capacity) return -1;
    top = end;
    return start;
  }

  /// The text at `index` of those that were reserved at `place`.
  @pragma('vm:prefer-inline')
  void putText(int place, int index, int start, int length) {
    (_block + place).cast<NativeText>()[index]
      ..pointer = _block + start
      ..length = length;
  }

  /// As [putText], for a text that is not given.
  @pragma('vm:prefer-inline')
  void putNone(int place, int index) {
    (_block + place).cast<NativeText>()[index]
      ..pointer = nullptr
      ..length = 0;
  }

  /// Writes the text as UTF-8 at [top], which goes behind it. Gives the number
  /// of bytes; -1, and writes nothing, where there is no room.
  ///
  /// A surrogate without its other half becomes U+FFFD, as in `utf8.encode`.
  int write(String text) {
    final start = top;
    final length = text.length;
    // A code unit takes three bytes at most.
    if (length * 3 > _capacity - start) return -1;
    final into = bytes;
    for (var index = 0; index < length; index += 1) {
      final unit = text.codeUnitAt(index);
      if (unit > 127) return _writeEncoded(text);
      into[start + index] = unit;
    }
    top = start + length;
    return length;
  }

  int _writeEncoded(String text) {
    final encoded = utf8.encode(text);
    bytes.setAll(top, encoded);
    top += encoded.length;
    return encoded.length;
  }
}

/// A block for texts that the buffer has no room for. To be released.
final class LargeTexts {
  /// Copies the texts; null is one that is not given.
  LargeTexts(List<String?> texts) {
    final encoded = [
      for (final text in texts) text == null ? null : utf8.encode(text),
    ];
    final head = texts.length * sizeOf<NativeText>();
    size = encoded.fold(head, (sum, text) => sum + (text?.length ?? 0));
    // `malloc(0)` may be null.
    _block = allocate(size + 1);
    var at = head;
    for (final (index, text) in encoded.indexed) {
      final length = text?.length ?? 0;
      if (text != null) {
        (_block + at).asTypedList(length).setAll(0, text);
      }
      this.texts[index]
        ..pointer = text == null ? nullptr : _block + at
        ..length = length;
      at += length;
    }
  }

  late final Pointer<Uint8> _block;

  /// How many bytes it takes.
  late final int size;

  /// The texts, in their order.
  Pointer<NativeText> get texts => _block.cast();

  /// Gives the memory back.
  void free() => release(_block);
}
