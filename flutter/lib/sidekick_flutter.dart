/// Feature flags from your own Sidekick server, in memory and evaluated in the
/// process by a Rust engine.
///
/// It needs no Flutter; `flutter.dart` has a widget for those who have it.
library;

export 'src/attributes.dart' show Attributes;
export 'src/bound_user.dart' show BoundUser;
export 'src/client.dart' show SidekickFlutterClient;
export 'src/errors.dart' show SidekickError, SidekickErrorCode;
export 'src/evaluation.dart' show Evaluation, Reason;
export 'src/file_storage.dart' show FileStorage;
export 'src/flag.dart' show Flag, TargetingRule;
export 'src/flag_change.dart' show FlagChange;
export 'src/flag_listenable.dart' show FlagListenable;
export 'src/status.dart' show SidekickStatus;
export 'src/storage.dart' show SnapshotStorage;
export 'src/view.dart' show SidekickView;
