/// The client: start and end, status, events and storage around an engine that
/// answers.
library;

import 'dart:async';

import 'attributes.dart';
import 'connection.dart';
import 'driver.dart';
import 'engine.dart';
import 'errors.dart';
import 'evaluator.dart';
import 'flag_change.dart';
import 'flag_listenable.dart';
import 'request.dart';
import 'status.dart';
import 'storage.dart';

/// How long a storage may take before the client connects without what it
/// holds.
const Duration _loadPatience = Duration(seconds: 1);

/// Holds all flags in memory and keeps them current. Make one for the app and
/// share it.
///
/// ```dart
/// final flags = SidekickFlutterClient(
///   serverUrl: 'https://flags.example.com',
///   sdkKey: clientKey,
/// );
/// await flags.init();
/// if (flags.isEnabled('new_checkout', user.id, attributes: {'plan': 'pro'})) {
///   // …
/// }
/// ```
final class SidekickFlutterClient extends Evaluator {
  /// Does nothing yet; what is wrong with the arguments, [init] says.
  ///
  /// The stream is `<serverUrl>/stream`, or [streamUrl] as a whole. An empty
  /// [sdkKey] is for a server without keys. [headers] are sent too.
  ///
  /// [bootstrap] is a snapshot (from [snapshot]) to start from; [storage]
  /// keeps the last-known flags across restarts. Of the two the newer counts.
  ///
  /// Errors go to [errors] and [onError]; where neither is listened to, to
  /// [logger], which is `print` if it is not given.
  ///
  /// Throws a [SidekickError] with the code `LIBRARY` where the native library
  /// is missing.
  SidekickFlutterClient({
    required this.serverUrl,
    required String sdkKey,
    this.initTimeout = const Duration(seconds: 5),
    String? bootstrap,
    SnapshotStorage? storage,
    Map<String, String> headers = const {},
    String? streamUrl,
    void Function(String message)? logger,
    void Function(SidekickError error)? onError,
  }) : _sdkKey = sdkKey,
       _bootstrap = bootstrap,
       _headers = headers,
       _streamUrl = streamUrl,
       _logger = logger ?? print,
       super(Engine(), isTold: true) {
    _driver = Driver(
      engine,
      (lastEventId, receiver) =>
          Connection.open(_address, _allHeaders, lastEventId, receiver),
      _hear,
    );
    if (storage != null) {
      _keeper = SnapshotKeeper(storage, snapshot, _storageFailed);
    }
    if (onError != null) errors.listen(onError);
  }

  /// The server, as it was given.
  final String serverUrl;

  /// How long [init] waits for flags; the client goes on trying afterwards.
  final Duration initTimeout;

  final String _sdkKey;
  final String? _bootstrap;
  final Map<String, String> _headers;
  final String? _streamUrl;
  final void Function(String message) _logger;
  late final Driver _driver;
  SnapshotKeeper? _keeper;
  late Uri _address;
  late Map<String, String> _allHeaders;

  final _changes = StreamController<FlagChange>.broadcast();
  final _statusChanges = StreamController<SidekickStatus>.broadcast();
  final _errors = StreamController<SidekickError>.broadcast();

  bool _isStarted = false;

  /// What [init] gives, but for one that has failed.
  Completer<void>? _init;
  Timer? _initTimer;
  SidekickError? _lastError;

  /// The codes of what was said since all was well: an outage is a line or two
  /// for people, and not one each attempt.
  final Set<SidekickErrorCode> _said = {};
  Future<void>? _closing;

  /// Flags that changed; evaluations already see it. A broadcast stream, done
  /// after [close].
  Stream<FlagChange> get changes => _changes.stream;

  /// The status, when it is another: [SidekickStatus.ready] after the start
  /// and again after each outage. A broadcast stream, done after [close].
  Stream<SidekickStatus> get statusChanges => _statusChanges.stream;

  /// What went wrong. The client goes on by itself, save after `INVALID_URL`
  /// and `INVALID_HEADER`. A broadcast stream of values, done after [close].
  Stream<SidekickError> get errors => _errors.stream;

  /// The address of the flags, for a `SidekickView` in another isolate. From
  /// the first look at it on, the flags' memory is kept until the process
  /// ends.
  late final int address = engine.shared();

  /// Opens the stream. Done when flags are live: the first of the stream, or
  /// a bootstrap or stored snapshot at once.
  ///
  /// Fails with a [SidekickError]: `REFUSED` and `INIT_TIMEOUT` (in both cases
  /// the client goes on trying), `INVALID_URL`, `INVALID_HEADER`, `CLOSED`.
  /// The same future while it waits and once it has flags; after a failure a
  /// new wait. A failure that nobody waits for harms nobody.
  Future<void> init() {
    final known = _init;
    if (known != null) return known.future;
    final init = _init = Completer<void>();
    init.future.ignore();
    _initTimer = Timer(initTimeout, () {
      final last = _lastError;
      final why =
          last == null
              ? ''
              : '; the last error was ${last.code.text}: ${last.message}';
      _settle(
        SidekickError(
          SidekickErrorCode.initTimeout,
          'no flags within ${initTimeout.inMilliseconds} ms$why',
          cause: last,
        ),
      );
    });
    _settleWithFlags();
    unawaited(_start());
    return init.future;
  }

  /// Now is a good time for an attempt, for the app is back on the screen or
  /// the network is back: what is due is done, and a wait for the next attempt
  /// ends, unless the server asked for it.
  void retryNow() {
    if (!_isStarted || _closing != null) return;
    _driver
      ..tell(Event.timeout)
      ..tell(Event.retry);
  }

  /// The answer for one flag and user, as something to listen to.
  FlagListenable listenable(
    String flagKey,
    String? userKey, {
    Attributes? attributes,
    bool defaultValue = false,
  }) {
    final user = forUser(userKey, attributes: attributes);
    return FlagListenable(
      () => user.isEnabled(flagKey, defaultValue: defaultValue),
      changes,
    );
  }

  /// Ends the stream at once; evaluations go on from the last-known flags. The
  /// future never fails and is done when the storage has taken the last
  /// snapshot.
  Future<void> close() => _closing ??= _close();

  Future<void> _close() async {
    _driver.end();
    _settle(_closedError());
    await _keeper?.end();
    await Future.wait([
      _changes.close(),
      _statusChanges.close(),
      _errors.close(),
    ]);
  }

  Future<void> _start() async {
    if (_closing != null) return _settle(_closedError());
    if (_isStarted) return;
    try {
      _address = streamAddress(serverUrl, _streamUrl);
      _allHeaders = requestHeaders(_sdkKey, _headers);
    } on SidekickError catch (error) {
      _tell(error);
      return _settle(error);
    }
    _isStarted = true;
    _import(_bootstrap, 'bootstrap');
    final keeper = _keeper;
    if (keeper != null) {
      // With the stored flags the stream can resume; but a storage that hangs
      // must not keep them all away.
      final loading = keeper.stored().then(
        (stored) => _import(stored, 'the stored snapshot'),
      );
      await loading.timeout(_loadPatience, onTimeout: () {});
    }
    if (_closing == null) _driver.tell(Event.start);
  }

  void _import(String? snapshot, String what) {
    if (snapshot == null || _closing != null) return;
    _driver.act((_) {
      final fault = engine.importSnapshot(snapshot).fault;
      if (fault == null) return;
      _tell(
        SidekickError(
          SidekickErrorCode.invalidSnapshot,
          '$what is not used: $fault',
        ),
      );
    });
  }

  void _hear(Output output, Object? cause) {
    switch (output.kind) {
      case OutputKind.flagsChanged:
        final keys = List<String>.unmodifiable(output.text.split(','));
        handles.forget(keys);
        _changes.add(FlagChange(keys));
      case OutputKind.statusChanged:
        final status = SidekickStatus.values[output.number];
        _statusChanges.add(status);
        if (status == SidekickStatus.ready) {
          _lastError = null;
          _said.clear();
        }
        _settleWithFlags();
      case _:
        _hearError(output, cause);
    }
    // Whatever it was: the keeper sees whether there is something to keep.
    if (_closing == null) _keeper?.changed();
  }

  void _hearError(Output output, Object? cause) {
    final words = output.text.indexOf(' ');
    final error = SidekickError(
      SidekickErrorCode.of(output.text.substring(0, words)),
      output.text.substring(words + 1) + (cause == null ? '' : ': $cause'),
      cause: cause,
      httpStatus: output.number == 0 ? null : output.number,
    );
    _lastError = error;
    _tell(error);
    if (error.code == SidekickErrorCode.refused) _settle(error);
  }

  void _settleWithFlags() {
    if (status.hasFlags) _settle();
  }

  /// Settles what [init] gave, if it still waits.
  void _settle([SidekickError? error]) {
    final init = _init;
    if (init == null || init.isCompleted) return;
    _initTimer?.cancel();
    if (error == null) return init.complete();
    _init = null;
    init.completeError(error);
  }

  void _storageFailed(String message, Object cause) =>
      _tell(SidekickError(SidekickErrorCode.storage, message, cause: cause));

  void _tell(SidekickError error) {
    if (_errors.hasListener) {
      _errors.add(error);
    } else if (_said.add(error.code)) {
      _logger('sidekick: ${error.code.text}: ${error.message}');
    }
  }
}

SidekickError _closedError() =>
    SidekickError(SidekickErrorCode.closed, 'the client is closed');
