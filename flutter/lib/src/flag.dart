/// A flag as the server shows it. For reading only: what its rules mean, the
/// engine knows.
library;

/// One flag.
final class Flag {
  /// Of the JSON that the engine gives.
  Flag.ofJson(Map<String, dynamic> json)
    : key = json['key'] as String,
      isEnabled = json['is_enabled'] as bool? ?? false,
      rolloutPercentage = (json['rollout_percentage'] as num?)?.toDouble(),
      description = _text(json['description']),
      rules = [
        for (final rule in json['rules'] as List<dynamic>? ?? const [])
          TargetingRule.ofJson(rule as Map<String, dynamic>),
      ],
      revision = json['revision'] as int? ?? 0,
      createdAt = _time(json['created_at']),
      updatedAt = _time(json['updated_at']);

  /// What the flag is called.
  final String key;

  /// The kill-switch.
  final bool isEnabled;

  /// Share of users, 0 to 100 with at most three decimals; null is all.
  final double? rolloutPercentage;

  /// For people. As the times, it is not sent to client keys.
  final String? description;

  /// The first rule that matches enables the flag, whatever the rollout.
  final List<TargetingRule> rules;

  /// The store's revision at which the flag last changed.
  final int revision;

  /// When the flag was made.
  final DateTime? createdAt;

  /// When the flag last changed.
  final DateTime? updatedAt;

  @override
  String toString() => 'Flag($key at revision $revision)';
}

/// One attribute of the user, held against values.
final class TargetingRule {
  /// Of the JSON that the engine gives.
  TargetingRule.ofJson(Map<String, dynamic> json)
    : attribute = json['attribute'] as String,
      operator = json['operator'] as String,
      values = (json['values'] as List<dynamic>).cast<String>();

  /// The attribute's name.
  final String attribute;

  /// `Equals`, `NotEquals`, `Contains`, `StartsWith`, `EndsWith`; with hashed
  /// values `EqualsHashed`, `NotEqualsHashed`; a newer server may know more.
  final String operator;

  /// The values; any of them may match.
  final List<String> values;
}

// The engine keeps what is for people alone as it came, whatever it was.
String? _text(Object? value) => value is String ? value : null;

DateTime? _time(Object? value) =>
    value is String ? DateTime.tryParse(value) : null;
