/// A small test runner, for the VM on which the tests run comes without
/// `package:test`: tests run one after the other, each has a deadline, and the
/// process fails with the first that does not hold, or that none ran.
library;

import 'dart:async';
import 'dart:io';

const Duration _deadline = Duration(seconds: 60);

final List<({String name, FutureOr<void> Function() body})> _tests = [];
String _group = '';

/// Names what the tests that `body` declares are about.
void group(String name, void Function() body) {
  final before = _group;
  _group = '$before$name ';
  body();
  _group = before;
}

/// Declares a test.
void test(String name, FutureOr<void> Function() body) =>
    _tests.add((name: '$_group$name', body: body));

/// Runs all that were declared, or those whose name contains `only`; gives the
/// process's exit code.
Future<int> runTests(String only) async {
  final chosen = _tests.where((test) => test.name.contains(only)).toList();
  final failed = <String>[];
  for (final (:name, :body) in chosen) {
    final watch = Stopwatch()..start();
    try {
      await _run(body);
      stdout.writeln('ok      $name (${watch.elapsedMilliseconds} ms)');
    } catch (error, trace) {
      failed.add(name);
      stdout.writeln('FAILED  $name\n$error\n$trace');
    }
  }
  stdout.writeln(
    '\ntests: ${chosen.length - failed.length} passed, '
    '${failed.length} failed${failed.isEmpty ? '' : ': ${failed.join('; ')}'}',
  );
  return failed.isEmpty && chosen.isNotEmpty ? 0 : 1;
}

/// With an error that nobody caught as a failure of the test.
Future<void> _run(FutureOr<void> Function() body) {
  final done = Completer<void>();
  void fail(Object error, StackTrace trace) {
    if (!done.isCompleted) done.completeError(error, trace);
  }

  runZonedGuarded(() async {
    await body();
    if (!done.isCompleted) done.complete();
  }, fail);
  return done.future.timeout(_deadline);
}

/// Throws where two values differ; lists, maps and records are compared by
/// what they hold.
void same(Object? actual, Object? expected, [String what = '']) {
  if (_isSame(actual, expected)) return;
  final of = what == '' ? '' : '$what: ';
  throw StateError('$of$actual where $expected is right');
}

/// Throws where it is false.
void holds(bool condition, String what) {
  if (!condition) throw StateError(what);
}

/// What the action throws or its future fails with, which must be an `Error`.
Future<Thrown> thrownBy<Thrown extends Object>(
  FutureOr<Object?> Function() action,
) async {
  try {
    await action();
  } on Thrown catch (thrown) {
    return thrown;
  }
  throw StateError('nothing was thrown; a $Thrown was expected');
}

/// The future's value, which must come before the deadline.
Future<Value> within<Value>(String what, Future<Value> future) =>
    future.timeout(
      const Duration(seconds: 20),
      onTimeout: () => throw StateError('$what did not come'),
    );

/// When the condition holds, which is looked at again and again.
Future<void> eventually(
  String what,
  FutureOr<bool> Function() condition,
) async {
  final watch = Stopwatch()..start();
  while (!await condition()) {
    holds(watch.elapsed < const Duration(seconds: 20), 'never: $what');
    await Future<void>.delayed(const Duration(milliseconds: 5));
  }
}

bool _isSame(Object? one, Object? other) => switch ((one, other)) {
  (final List<Object?> one, final List<Object?> other) =>
    one.length == other.length &&
        one.indexed.every((entry) => _isSame(entry.$2, other[entry.$1])),
  (final Map<Object?, Object?> one, final Map<Object?, Object?> other) =>
    one.length == other.length &&
        one.entries.every(
          (entry) =>
              other.containsKey(entry.key) &&
              _isSame(entry.value, other[entry.key]),
        ),
  _ => one == other,
};
