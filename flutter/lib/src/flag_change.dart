/// Flags that changed, all at once.
library;

/// What `changes` brings: evaluations already see it.
final class FlagChange {
  /// The keys must be sorted.
  const FlagChange(this.keys);

  /// The keys of the flags that were added, changed or removed, sorted.
  final List<String> keys;

  @override
  String toString() => 'FlagChange(${keys.join(', ')})';
}
