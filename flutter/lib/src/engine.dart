/// One client of the native library: what happens goes in, what is to be done
/// comes out, and its memory goes with it. What it all means, the core knows.
library;

import 'dart:convert';
import 'dart:ffi';
import 'dart:math';
import 'dart:typed_data';

import 'bindings.dart' as native;
import 'errors.dart';
import 'scratch.dart';
import 'status.dart';

/// What happened to the host; in the order of the C ABI's numbers.
enum Event { start, disconnected, timeout, retry, close }

/// What the engine wants to be done or known; in the order of the C ABI's
/// numbers.
enum OutputKind {
  none,

  /// Drop the connection.
  disconnect,

  /// Open the stream. Text: the last event id, empty where there is none.
  connect,

  /// Something failed. Text: a code, a blank, a message. Number: the HTTP
  /// status, or 0.
  error,

  /// Answers may have changed. Text: the keys, sorted, with commas between.
  flagsChanged,

  /// The status is another. Number: its place among [SidekickStatus.values].
  statusChanged,

  /// Tell [Event.timeout] at this time. Number: the time.
  wakeAt,
}

/// One thing to do or to know. What the kind does not name means nothing.
typedef Output = ({OutputKind kind, String text, int number});

/// A native client. Times are milliseconds of a clock that never goes back.
///
/// Its memory is freed when the object is garbage, and at the end of the
/// isolate, unless it was [shared].
final class Engine implements Finalizable {
  /// A new client, with a random seed where none is given.
  ///
  /// Throws a [SidekickError] with the code `LIBRARY` where the native library
  /// is missing or another.
  factory Engine([int? seed]) {
    _checkLibrary();
    final engine = Engine._(native.clientCreate(seed ?? _randomSeed()));
    _freeLater.attach(
      engine,
      engine.client.cast(),
      detach: engine,
      // What a few flags take. It makes the collector look in time where an
      // app makes many clients.
      externalSize: 32 * 1024,
    );
    return engine;
  }

  /// A client that another isolate [shared].
  Engine.at(int address) : client = Pointer.fromAddress(address);

  Engine._(this.client);

  /// The native client.
  final Pointer<native.NativeClient> client;

  static final NativeFinalizer _freeLater = NativeFinalizer(
    Native.addressOf<
          NativeFunction<Void Function(Pointer<native.NativeClient>)>
        >(native.clientFree)
        .cast(),
  );

  /// The address, for other isolates. From now on the memory stays until the
  /// process ends: nobody knows when the last of them is done.
  int shared() {
    _freeLater.detach(this);
    return client.address;
  }

  /// Something happened.
  void handle(Event event, int now) =>
      _check(native.handleEvent(client, event.index, now));

  /// The server's answer arrived; a header that it lacks is empty.
  void handleConnected(
    int now,
    int httpStatus,
    String contentType,
    String retryAfter,
  ) {
    final texts = LargeTexts([contentType, retryAfter]);
    try {
      final type = texts.texts[0];
      final after = texts.texts[1];
      _check(
        native.handleConnected(
          client,
          now,
          httpStatus,
          type.pointer,
          type.length,
          after.pointer,
          after.length,
        ),
      );
    } finally {
      texts.free();
    }
  }

  /// Bytes of the stream arrived, cut anywhere.
  void handleBytes(int now, List<int> bytes) {
    final list = bytes is Uint8List ? bytes : Uint8List.fromList(bytes);
    // The call reads them where they lie in Dart's heap.
    _check(native.handleBytes(client, now, list.address, list.length));
  }

  /// What is to be done or known next; [OutputKind.none] at the end.
  Output pollOutput() {
    final place = Scratch.own.output;
    _check(native.pollOutput(client, place));
    final output = place.ref;
    return (
      kind: OutputKind.values[output.kind],
      number: output.number,
      // Last, for it lets the text go.
      text: _taken(output.text) ?? '',
    );
  }

  /// How far the flags can be relied on.
  SidekickStatus get status => SidekickStatus.values[_state.status];

  /// The revision of the flags; 0 before the first ones.
  int get revision => _state.revision;

  /// The flags as a text that [importSnapshot] takes; null before the first
  /// ones.
  String? exportSnapshot() => _export(0);

  /// All flags as a JSON array, sorted by key.
  String flagsJson() => _export(1) ?? '[]';

  /// Takes the flags of a snapshot; gives whether it did, or the words for
  /// what is wrong with it.
  ({bool isTaken, String? fault}) importSnapshot(String snapshot) {
    final texts = LargeTexts([snapshot]);
    try {
      final text = texts.texts[0];
      final place = Scratch.own.isTrue;
      final code = native.importSnapshot(
        client,
        text.pointer,
        text.length,
        place,
      );
      if (code == _snapshotError) return (isTaken: false, fault: _lastError());
      _check(code);
      return (isTaken: place.value, fault: null);
    } finally {
      texts.free();
    }
  }

  native.NativeState get _state {
    final place = Scratch.own.state;
    _check(native.readState(client, place));
    return place.ref;
  }

  String? _export(int what) {
    final place = Scratch.own.given;
    _check(native.exportFlags(client, what, place));
    return _taken(place.ref);
  }

  /// The name of an attribute that the flag of a handle reads; null where the
  /// handle is stale.
  String? attributeName(int handle, int index) {
    final place = Scratch.own.given;
    if (native.attributeName(client, handle, index, place) != 0) return null;
    return _taken(place.ref) ?? '';
  }

  /// Everything but what is told by an answer is a defect of the library or
  /// of this package, for it depends on nothing that a caller gives.
  void _check(int code) {
    if (code != 0) {
      throw StateError('sidekick: error $code of the library: ${_lastError()}');
    }
  }

  String _lastError() {
    final length = native.lastError(client, nullptr, 0);
    final bytes = Uint8List(length);
    native.lastError(client, bytes.address, length);
    return decoded(bytes);
  }
}

const int _snapshotError = 7;

/// The text of bytes that the library gave, which it gets back; null where
/// there are none.
String? _taken(native.NativeBytes bytes) {
  if (bytes.pointer == nullptr) return null;
  try {
    return decoded(bytes.pointer.asTypedList(bytes.length));
  } finally {
    native.bytesFree(bytes.address);
  }
}

/// The text of UTF-8, all of it: Dart's own decoder drops a byte order mark at
/// the beginning, which may be a part of an attribute's name.
String decoded(List<int> bytes) {
  final hasMark =
      bytes.length >= 3 &&
      bytes[0] == 0xef &&
      bytes[1] == 0xbb &&
      bytes[2] == 0xbf;
  return (hasMark ? '\ufeff' : '') + utf8.decode(bytes, allowMalformed: true);
}

int _randomSeed() {
  final random = Random.secure();
  return random.nextInt(1 << 32) << 32 | random.nextInt(1 << 32);
}

bool _isChecked = false;

void _checkLibrary() {
  if (_isChecked) return;
  final int version;
  try {
    version = native.libraryAbiVersion();
  } on ArgumentError catch (error) {
    throw SidekickError(
      SidekickErrorCode.library,
      'the native library was not found. An app gets it by building with '
      'Flutter 3.38 or newer, or Dart 3.10 or newer; README.md of '
      'sidekick_flutter says how for each platform. $error',
      cause: error,
    );
  }
  if (version != native.abiVersion) {
    throw SidekickError(
      SidekickErrorCode.library,
      'the native library has the interface $version, and this package needs '
      '${native.abiVersion}: clean the build, so that both are of one release',
    );
  }
  _isChecked = true;
}
