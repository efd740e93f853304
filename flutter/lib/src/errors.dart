/// The one error type of the package.
library;

/// What went wrong. The same codes in all of Sidekick's SDKs.
enum SidekickErrorCode {
  /// 401 or 403: the key is wrong. Tried again every one to five minutes.
  refused('REFUSED'),

  /// `init` gave up waiting: no flags within `initTimeout`.
  initTimeout('INIT_TIMEOUT'),

  /// The server's address is none of http or https.
  invalidUrl('INVALID_URL'),

  /// The key or a header cannot be sent.
  invalidHeader('INVALID_HEADER'),

  /// The client is closed.
  closed('CLOSED'),

  /// The bootstrap or the stored snapshot is damaged or none.
  invalidSnapshot('INVALID_SNAPSHOT'),

  /// The storage failed to load or save.
  storage('STORAGE'),

  /// No connection came about.
  connectionFailed('CONNECTION_FAILED'),

  /// The connection broke.
  connectionLost('CONNECTION_LOST'),

  /// Nothing came for 45 seconds.
  silent('SILENT'),

  /// Something else answers at that address, or the server cannot serve now.
  unexpectedStatus('UNEXPECTED_STATUS'),

  /// Something else answers at that address.
  notAnEventStream('NOT_AN_EVENT_STREAM'),

  /// What came is no stream of Sidekick's.
  invalidStream('INVALID_STREAM'),

  /// What came is more than a client takes.
  tooLarge('TOO_LARGE'),

  /// The flags differ from the server's checksum; they are fetched anew.
  diverged('DIVERGED'),

  /// The flags are newer than the server's; they are fetched anew.
  behind('BEHIND'),

  /// The native library is missing, or of another version than this package.
  library('LIBRARY');

  const SidekickErrorCode(this.text);

  /// The code as other SDKs and the documents write it.
  final String text;

  /// The code that is written so.
  ///
  /// Throws a [StateError] for one that this version does not have: library
  /// and package are then of different releases.
  static SidekickErrorCode of(String text) =>
      values.firstWhere((code) => code.text == text);
}

/// What `init()` fails with and what goes to `errors`.
final class SidekickError implements Exception {
  /// An error with its words for people.
  SidekickError(this.code, this.message, {this.cause, this.httpStatus});

  /// What went wrong, for programs.
  final SidekickErrorCode code;

  /// What went wrong, for people. It never holds a key.
  final String message;

  /// What lies behind it, where that is known.
  final Object? cause;

  /// The HTTP status of the server's answer, where that is what went wrong.
  final int? httpStatus;

  @override
  String toString() => 'SidekickError ${code.text}: $message';
}
