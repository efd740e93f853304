/// As `widgets.dart` beside it, of Flutter's library of that name.
library;

import 'widgets.dart';

export 'widgets.dart';

class ThemeData {
  factory ThemeData.dark() => throw UnsupportedError('a declaration');
  factory ThemeData.light() => throw UnsupportedError('a declaration');
}

class MaterialApp extends Widget {
  const MaterialApp({super.key, ThemeData? theme, Widget? home});
}

class Scaffold extends Widget {
  const Scaffold({super.key, Widget? body});
}
