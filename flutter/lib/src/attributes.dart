/// What the caller knows of a user, and the text by which the engine sees a
/// value of it.
library;

/// Names and values. Texts count as they are, numbers and booleans as their
/// JSON text (`42`, `1.5`, `true`); everything else counts as not given, and
/// what is not given no rule matches.
typedef Attributes = Map<String, Object?>;

/// The text of a value; null where it has none.
@pragma('vm:prefer-inline')
String? textOf(Object? value) =>
    value is String ? value : (value == null ? null : _otherTextOf(value));

String? _otherTextOf(Object value) => switch (value) {
  double() => _numberText(value),
  int() || bool() || BigInt() => value.toString(),
  _ => null,
};

/// As all other SDKs write it, so that a rule matches everywhere or nowhere:
/// a number without a fraction has no point, and zero no sign.
String? _numberText(double value) {
  if (!value.isFinite) return null;
  if (value == 0) return '0';
  final text = value.toString();
  return text.endsWith('.0') ? text.substring(0, text.length - 2) : text;
}
