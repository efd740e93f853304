/// What a client says in a process that has no native library.
library;

import 'package:sidekick_flutter/sidekick_flutter.dart';

void main() {
  try {
    SidekickFlutterClient(serverUrl: 'http://localhost', sdkKey: '');
  } on SidekickError catch (error) {
    // This is what is looked at. ignore: avoid_print
    print('${error.code.text}: ${error.message}');
  }
}
