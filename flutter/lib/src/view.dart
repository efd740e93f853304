/// The flags of a client, seen from another isolate.
library;

import 'engine.dart';
import 'evaluator.dart';

/// Answers from the memory of a client in another isolate, whose
/// `SidekickFlutterClient.address` it is made of:
///
/// ```dart
/// Future<bool> askElsewhere(int address) =>
///     Isolate.run(() => SidekickView(address).isEnabled('new_sort', 'ann'));
///
/// await askElsewhere(client.address);
/// ```
///
/// It always sees the flags as they are now, also after the client was closed.
/// It hears of no changes and holds nothing: let go of it as you like. A flag
/// that is the same for everyone, and a bound user's answer, are asked of the
/// library here each time, where the client itself remembers them.
final class SidekickView extends Evaluator {
  /// Throws an [ArgumentError] where the address can be none. Another number
  /// than a client's address ends the process sooner or later.
  SidekickView(int address)
    : super(
        Engine.at(
          address > 0
              ? address
              : throw ArgumentError.value(
                address,
                'address',
                'not the `address` of a SidekickFlutterClient',
              ),
        ),
        isTold: false,
      );
}
