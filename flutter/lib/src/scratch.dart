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
  factory Scratch._() {
    final block = allocate(
      _capacity + _places + _mostTexts * sizeOf<NativeText>(),
    );
    final scratch = Scratch._of(block, block.asTypedList(_capacity));
    releaseLater.attach(scratch, block.cast());
    return scratch;
  }

  Scratch._of(this._block, this.bytes)
    : output = (_block + _capacity).cast(),
      texts = (_block + _capacity + _places).cast();

  /// This isolate's.
  static final Scratch own = Scratch._();

  static const int _capacity = 65536;

  /// What functions of the library write to; behind the texts.
  static const int _places = 64;

  /// Enough for some questions within each other; a flag reads 64 at most.
  static const int _mostTexts = 512;

  final Pointer<Uint8> _block;

  /// Where the texts of the attributes lie.
  final Pointer<NativeText> texts;

  /// How many of [texts] are taken.
  int textCount = 0;

  /// The texts' bytes.
  final Uint8List bytes;

  /// Where the next text goes.
  int top = 0;

  /// A place for what a call gives back, to be read before the next call. The
  /// others are the same place.
  final Pointer<NativeOutput> output;
  Pointer<NativeState> get state => output.cast();
  Pointer<NativeBytes> get given => output.cast();
  Pointer<NativeFlag> get flag => output.cast();
  Pointer<Bool> get isTrue => output.cast();
  Pointer<Pointer<NativeUser>> get user => output.cast();

  /// Whether there is room for so many more [texts].
  @pragma('vm:prefer-inline')
  bool hasRoomFor(int count) => textCount + count <= _mostTexts;

  /// The address of a place in [bytes].
  Pointer<Uint8> at(int place) => _block + place;

  /// The text at `index`, of those that were reserved.
  @pragma('vm:prefer-inline')
  void putText(int index, int start, int length) {
    texts[index]
      ..pointer = _block + start
      ..length = length;
  }

  /// As [putText], for a text that is not given.
  @pragma('vm:prefer-inline')
  void putNone(int index) {
    texts[index]
      ..pointer = nullptr
      ..length = 0;
  }

  /// Writes a text, or one that is not given, and puts it behind the last of
  /// [texts]. Whether there was room.
  bool push(String? text) {
    if (!hasRoomFor(1)) return false;
    final start = top;
    final length = text == null ? 0 : write(text);
    if (length < 0) return false;
    text == null ? putNone(textCount) : putText(textCount, start, length);
    textCount += 1;
    return true;
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
