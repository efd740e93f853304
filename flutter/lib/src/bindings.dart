/// The C ABI of Sidekick's engine, as `ffi/include/sidekick.h` declares it.
/// What a function means, who owns what and what may go wrong stands there.
///
/// Calls that are short are leaf calls: they cost no change of state in the
/// VM, and hold up a garbage collection until they return. What may take long
/// (a snapshot) is not one.
library;

import 'dart:ffi';

/// `SIDEKICK_ABI_VERSION` of the header that this file was written from.
const int abiVersion = 1;

/// A client of one server; its memory is the library's.
final class NativeClient extends Opaque {}

/// A bound user; its memory is the library's.
final class NativeUser extends Opaque {}

/// `SidekickBytes`: bytes that the library gives.
final class NativeBytes extends Struct {
  external Pointer<Uint8> pointer;

  @Size()
  external int length;
}

/// `SidekickOutput`: one thing to do or to know.
final class NativeOutput extends Struct {
  @Int32()
  external int kind;

  @Uint64()
  external int number;

  external NativeBytes text;
}

/// `SidekickState`: where a client stands.
final class NativeState extends Struct {
  @Uint64()
  external int revision;

  @Int32()
  external int status;

  @Uint32()
  external int flagCount;
}

/// `SidekickText`: a text of the caller's. An attribute is two of them.
final class NativeText extends Struct {
  external Pointer<Uint8> pointer;

  @Size()
  external int length;
}

/// `SidekickFlag`: what is worth keeping of a flag.
final class NativeFlag extends Struct {
  @Uint64()
  external int handle;

  @Uint64()
  external int revision;

  @Int32()
  external int fixed;

  @Uint32()
  external int attributeCount;
}

@Native<Uint32 Function()>(symbol: 'sidekick_abi_version', isLeaf: true)
external int libraryAbiVersion();

@Native<Pointer<NativeClient> Function(Uint64)>(
  symbol: 'sidekick_client_create',
  isLeaf: true,
)
external Pointer<NativeClient> clientCreate(int seed);

@Native<Void Function(Pointer<NativeClient>)>(symbol: 'sidekick_client_free')
external void clientFree(Pointer<NativeClient> client);

@Native<Int32 Function(Pointer<NativeClient>, Uint32, Uint64)>(
  symbol: 'sidekick_handle_event',
  isLeaf: true,
)
external int handleEvent(Pointer<NativeClient> client, int event, int now);

@Native<
  Int32 Function(
    Pointer<NativeClient>,
    Uint64,
    Uint16,
    Pointer<Uint8>,
    Size,
    Pointer<Uint8>,
    Size,
  )
>(symbol: 'sidekick_handle_connected', isLeaf: true)
external int handleConnected(
  Pointer<NativeClient> client,
  int now,
  int httpStatus,
  Pointer<Uint8> contentType,
  int contentTypeLength,
  Pointer<Uint8> retryAfter,
  int retryAfterLength,
);

@Native<Int32 Function(Pointer<NativeClient>, Uint64, Pointer<Uint8>, Size)>(
  symbol: 'sidekick_handle_bytes',
  isLeaf: true,
)
external int handleBytes(
  Pointer<NativeClient> client,
  int now,
  Pointer<Uint8> bytes,
  int length,
);

@Native<Int32 Function(Pointer<NativeClient>, Pointer<NativeOutput>)>(
  symbol: 'sidekick_poll_output',
  isLeaf: true,
)
external int pollOutput(
  Pointer<NativeClient> client,
  Pointer<NativeOutput> output,
);

@Native<Int32 Function(Pointer<NativeClient>, Pointer<NativeState>)>(
  symbol: 'sidekick_state',
  isLeaf: true,
)
external int readState(
  Pointer<NativeClient> client,
  Pointer<NativeState> state,
);

@Native<Int32 Function(Pointer<NativeClient>, Uint32, Pointer<NativeBytes>)>(
  symbol: 'sidekick_export',
)
external int exportFlags(
  Pointer<NativeClient> client,
  int what,
  Pointer<NativeBytes> bytes,
);

@Native<
  Int32 Function(Pointer<NativeClient>, Pointer<Uint8>, Size, Pointer<Bool>)
>(symbol: 'sidekick_import_snapshot')
external int importSnapshot(
  Pointer<NativeClient> client,
  Pointer<Uint8> snapshot,
  int length,
  Pointer<Bool> isTaken,
);

@Native<Void Function(Pointer<NativeBytes>)>(
  symbol: 'sidekick_bytes_free',
  isLeaf: true,
)
external void bytesFree(Pointer<NativeBytes> bytes);

@Native<Size Function(Pointer<NativeClient>, Pointer<Uint8>, Size)>(
  symbol: 'sidekick_last_error',
  isLeaf: true,
)
external int lastError(
  Pointer<NativeClient> client,
  Pointer<Uint8> buffer,
  int capacity,
);

@Native<
  Int32 Function(
    Pointer<NativeClient>,
    Pointer<Uint8>,
    Size,
    Pointer<NativeFlag>,
  )
>(symbol: 'sidekick_resolve', isLeaf: true)
external int resolve(
  Pointer<NativeClient> client,
  Pointer<Uint8> flagKey,
  int flagKeyLength,
  Pointer<NativeFlag> flag,
);

@Native<
  Int32 Function(Pointer<NativeClient>, Uint64, Uint32, Pointer<NativeBytes>)
>(symbol: 'sidekick_attribute_name', isLeaf: true)
external int attributeName(
  Pointer<NativeClient> client,
  int handle,
  int index,
  Pointer<NativeBytes> name,
);

@Native<
  Uint32 Function(
    Pointer<NativeClient>,
    Uint64,
    Pointer<Uint8>,
    Size,
    Pointer<NativeText>,
    Size,
    Bool,
  )
>(symbol: 'sidekick_evaluate_handle', isLeaf: true)
external int evaluateHandle(
  Pointer<NativeClient> client,
  int handle,
  Pointer<Uint8> userKey,
  int userKeyLength,
  Pointer<NativeText> values,
  int valueCount,
  bool defaultValue,
);

@Native<
  Int32 Function(
    Pointer<Uint8>,
    Size,
    Pointer<NativeText>,
    Size,
    Pointer<Pointer<NativeUser>>,
  )
>(symbol: 'sidekick_user_create', isLeaf: true)
external int userCreate(
  Pointer<Uint8> userKey,
  int userKeyLength,
  Pointer<NativeText> attributes,
  int attributeCount,
  Pointer<Pointer<NativeUser>> user,
);

@Native<Void Function(Pointer<NativeUser>)>(symbol: 'sidekick_user_free')
external void userFree(Pointer<NativeUser> user);

@Native<
  Uint32 Function(Pointer<NativeClient>, Uint64, Pointer<NativeUser>, Bool)
>(symbol: 'sidekick_evaluate_user', isLeaf: true)
external int evaluateUser(
  Pointer<NativeClient> client,
  int handle,
  Pointer<NativeUser> user,
  bool defaultValue,
);
