/// Runs all tests, or those whose name contains the first argument.
library;

import 'dart:io';

import 'client_test.dart';
import 'evaluation_test.dart';
import 'support/runner.dart';
import 'transport_test.dart';

Future<void> main(List<String> words) async {
  evaluationTests();
  clientTests();
  transportTests();
  exit(await runTests(words.firstOrNull ?? ''));
}
