/// Declarations of Flutter's that the package and its example use, as far as
/// they use them, so that the compiler can check both where there is no
/// Flutter. Nothing here does anything.
library;

class Key {
  const Key(String value);
}

abstract class BuildContext {}

abstract class Widget {
  const Widget({this.key});
  final Key? key;
}

abstract class StatefulWidget extends Widget {
  const StatefulWidget({super.key});
  State createState();
}

abstract class State<T extends StatefulWidget> {
  T get widget => throw UnsupportedError('a declaration');
  void initState() {}
  void didUpdateWidget(covariant T oldWidget) {}
  void dispose() {}
  void setState(void Function() fn) {}
  Widget build(BuildContext context);
}

class AppLifecycleListener {
  AppLifecycleListener({void Function()? onResume});
  void dispose() {}
}

abstract class WidgetsBinding {}

class WidgetsFlutterBinding {
  static WidgetsBinding ensureInitialized() =>
      throw UnsupportedError('a declaration');
}

void runApp(Widget app) {}

void debugPrint(String? message, {int? wrapWidth}) {}

class Center extends Widget {
  const Center({super.key, Widget? child});
}

class Text extends Widget {
  const Text(String data, {super.key});
}
