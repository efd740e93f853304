/// How far a client's flags can be relied on.
library;

/// Where a client stands; in the order of the C ABI's numbers.
enum SidekickStatus {
  /// There are no flags yet: every answer is the caller's default.
  connecting,

  /// The stream is up and the flags are current.
  ready,

  /// The flags are the last known ones: no stream vouches for them.
  stale,

  /// The client was closed. The flags are the last known ones.
  closed;

  /// Whether there are flags and more may come.
  bool get hasFlags => this == ready || this == stale;
}
