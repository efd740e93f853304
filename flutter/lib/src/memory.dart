/// Memory outside of Dart's heap: the C library's, by its own functions.
library;

import 'dart:ffi';
import 'dart:io';

/// A block of so many bytes, not initialised. It goes back by [release].
///
/// Throws an [OutOfMemoryError] where there is none.
Pointer<Uint8> allocate(int bytes) {
  final block = _allocate(bytes);
  if (block == nullptr) throw const OutOfMemoryError();
  return block;
}

/// Gives a block back.
void release(Pointer<Uint8> block) => _release(block);

/// Gives a block back when the Dart object that it belongs to is gone.
final NativeFinalizer releaseLater = NativeFinalizer(_releaseFunction.cast());

/// Windows has several C libraries in one process; COM's allocator is one.
final DynamicLibrary _library =
    Platform.isWindows
        ? DynamicLibrary.open('ole32.dll')
        : DynamicLibrary.process();

final Pointer<Uint8> Function(int) _allocate = _library
    .lookup<NativeFunction<Pointer<Uint8> Function(Size)>>(
      Platform.isWindows ? 'CoTaskMemAlloc' : 'malloc',
    )
    .asFunction(isLeaf: true);

final Pointer<NativeFunction<Void Function(Pointer<Uint8>)>> _releaseFunction =
    _library.lookup(Platform.isWindows ? 'CoTaskMemFree' : 'free');

final void Function(Pointer<Uint8>) _release = _releaseFunction.asFunction(
  isLeaf: true,
);
