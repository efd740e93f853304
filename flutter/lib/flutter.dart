/// A widget for those who have Flutter. The client itself is in
/// `sidekick_flutter.dart`.
library;

import 'package:flutter/widgets.dart';

import 'sidekick_flutter.dart';

/// Builds with the answer for one flag and user, and anew whenever that has
/// become another.
///
/// ```dart
/// FlagBuilder(
///   client: flags,
///   flagKey: 'dark_mode',
///   userKey: user.id,
///   builder: (context, isEnabled) => isEnabled ? const Dark() : const Light(),
/// )
/// ```
class FlagBuilder extends StatefulWidget {
  /// See `SidekickFlutterClient.isEnabled` for what the arguments mean.
  const FlagBuilder({
    required this.client,
    required this.flagKey,
    required this.userKey,
    required this.builder,
    this.attributes,
    this.defaultValue = false,
    super.key,
  });

  /// Whose flags are asked for.
  final SidekickFlutterClient client;

  /// The flag.
  final String flagKey;

  /// The user.
  final String? userKey;

  /// What is known of the user. Another map than before is read anew; changes
  /// in the same map are not seen.
  final Attributes? attributes;

  /// The answer while there is none.
  final bool defaultValue;

  /// Makes the widget.
  final Widget Function(BuildContext context, bool isEnabled) builder;

  @override
  State<FlagBuilder> createState() => _FlagBuilderState();
}

class _FlagBuilderState extends State<FlagBuilder> {
  late FlagListenable _listenable;

  @override
  void initState() {
    super.initState();
    _listen();
  }

  @override
  void didUpdateWidget(FlagBuilder before) {
    super.didUpdateWidget(before);
    final isSame =
        before.client == widget.client &&
        before.flagKey == widget.flagKey &&
        before.userKey == widget.userKey &&
        before.attributes == widget.attributes &&
        before.defaultValue == widget.defaultValue;
    if (isSame) return;
    _listenable.removeListener(_changed);
    _listen();
  }

  @override
  void dispose() {
    _listenable.removeListener(_changed);
    super.dispose();
  }

  @override
  Widget build(BuildContext context) =>
      widget.builder(context, _listenable.value);

  void _listen() {
    _listenable = widget.client.listenable(
      widget.flagKey,
      widget.userKey,
      attributes: widget.attributes,
      defaultValue: widget.defaultValue,
    )..addListener(_changed);
  }

  void _changed() => setState(() {});
}
