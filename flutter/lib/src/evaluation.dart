/// An answer and why it was given, decoded from the integer in which the
/// library returns it.
library;

/// Why an answer was given, in OpenFeature's words; in the order of the C
/// ABI's numbers.
enum Reason {
  /// There is no such flag: the answer is the caller's default.
  flagNotFound('FLAG_NOT_FOUND'),

  /// The flag is off.
  disabled('DISABLED'),

  /// A rule matched.
  targetingMatch('TARGETING_MATCH'),

  /// The user's bucket was held against the rollout.
  split('SPLIT'),

  /// The rollout is none or all.
  static('STATIC'),

  /// An argument could not be used: the answer is the caller's default.
  error('ERROR');

  const Reason(this.text);

  /// The reason as OpenFeature and other SDKs write it.
  final String text;
}

/// An answer and why it was given.
final class Evaluation {
  /// The caller's default, and why there is no better answer.
  const Evaluation.defaulted(this.isEnabled, this.reason)
    : ruleIndex = null,
      bucket = null,
      revision = null;

  /// Of the library's integer: bit 0 is the answer, bits 1 to 3 the reason,
  /// the rest the rule's place or the bucket in thousandths.
  Evaluation.ofBits(int bits, this.revision)
    : isEnabled = isOn(bits),
      reason = Reason.values[reasonOf(bits)],
      ruleIndex =
          reasonOf(bits) == Reason.targetingMatch.index ? bits >> 4 : null,
      bucket = reasonOf(bits) == Reason.split.index ? (bits >> 4) / 1000 : null;

  /// The answer.
  final bool isEnabled;

  /// Why.
  final Reason reason;

  /// With [Reason.targetingMatch]: the place of the rule, from 0.
  final int? ruleIndex;

  /// With [Reason.split]: where the hash puts the user, 0 to 99.999.
  final double? bucket;

  /// The revision at which the flag last changed; null where there is no flag.
  final int? revision;

  @override
  bool operator ==(Object other) =>
      other is Evaluation &&
      other.isEnabled == isEnabled &&
      other.reason == reason &&
      other.ruleIndex == ruleIndex &&
      other.bucket == bucket &&
      other.revision == revision;

  @override
  int get hashCode =>
      Object.hash(isEnabled, reason, ruleIndex, bucket, revision);

  @override
  String toString() =>
      'Evaluation(isEnabled: $isEnabled, reason: ${reason.text}, '
      'ruleIndex: $ruleIndex, bucket: $bucket, revision: $revision)';
}

/// Whether the answer is on.
@pragma('vm:prefer-inline')
bool isOn(int bits) => bits & 1 == 1;

/// The place of the answer's reason among [Reason.values].
@pragma('vm:prefer-inline')
int reasonOf(int bits) => bits >> 1 & 7;

/// Whether the question could not be answered.
@pragma('vm:prefer-inline')
bool isError(int bits) => bits >> 1 & 7 == 5;

/// Whether the handle was one of flags that have changed since.
@pragma('vm:prefer-inline')
bool isStale(int bits) => bits >> 1 == (3 << 3 | 5);

/// The integer of a question that could not be answered.
const int errorBits = 5 << 1;
