/// An app that follows one flag: change it on the server, and watch.
///
/// `flutter run --dart-define=SERVER=http://10.0.2.2:3000` (that is how an
/// Android emulator calls the machine that it runs on).
library;

import 'dart:async';

import 'package:flutter/material.dart';
import 'package:path_provider/path_provider.dart';
import 'package:sidekick_flutter/flutter.dart';
import 'package:sidekick_flutter/sidekick_flutter.dart';

const String _server = String.fromEnvironment(
  'SERVER',
  defaultValue: 'http://localhost:3000',
);
const String _key = String.fromEnvironment('CLIENT_KEY');

Future<void> main() async {
  WidgetsFlutterBinding.ensureInitialized();
  final folder = await getApplicationSupportDirectory();
  final flags = SidekickFlutterClient(
    serverUrl: _server,
    sdkKey: _key,
    // A later start shows the last flags also without a network.
    storage: FileStorage('${folder.path}/flags'),
    onError: (error) => debugPrint('$error'),
  );
  // The app shows itself at once; flags come when they come.
  unawaited(flags.init());
  runApp(ExampleApp(flags));
}

/// The app.
class ExampleApp extends StatefulWidget {
  /// With the one client of the process.
  const ExampleApp(this.flags, {super.key});

  /// Where the flags are.
  final SidekickFlutterClient flags;

  @override
  State<ExampleApp> createState() => _ExampleAppState();
}

class _ExampleAppState extends State<ExampleApp> {
  // Whoever looks at the screen again should not wait for the next attempt.
  late final AppLifecycleListener _lifecycle = AppLifecycleListener(
    onResume: widget.flags.retryNow,
  );

  @override
  void initState() {
    super.initState();
    _lifecycle;
  }

  @override
  void dispose() {
    _lifecycle.dispose();
    unawaited(widget.flags.close());
    super.dispose();
  }

  @override
  Widget build(BuildContext context) => FlagBuilder(
    client: widget.flags,
    flagKey: 'dark_mode',
    userKey: 'user-1',
    attributes: const {'email': 'ada@acme.com'},
    builder:
        (context, isEnabled) => MaterialApp(
          theme: isEnabled ? ThemeData.dark() : ThemeData.light(),
          home: Scaffold(
            body: Center(
              child: Text('dark_mode is ${isEnabled ? 'on' : 'off'}'),
            ),
          ),
        ),
  );
}
