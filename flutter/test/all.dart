/// Runs all tests, or those whose name contains the first argument.
library;

import 'dart:io';

import 'client_test.dart';
import 'evaluation_test.dart';
import 'example_test.dart';
import 'isolates_test.dart';
import 'library_test.dart';
import 'listenable_test.dart';
import 'memory_test.dart';
import 'storage_test.dart';
import 'support/runner.dart';
import 'transport_test.dart';
import 'vectors_test.dart';

Future<void> main(List<String> words) async {
  vectorTests();
  evaluationTests();
  libraryTests();
  listenableTests();
  storageTests();
  transportTests();
  isolateTests();
  memoryTests();
  clientTests();
  exampleTests();
  exit(await runTests(words.firstOrNull ?? ''));
}
