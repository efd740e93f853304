/// The vectors that every engine answers alike, as lines of `ffi/tests/
/// script.py`, through the C ABI from Dart; evaluations in each way of asking
/// that the package has.
library;

import 'dart:convert';
import 'dart:io';

import 'package:sidekick_flutter/src/engine.dart';
import 'package:sidekick_flutter/src/evaluation.dart';
import 'package:sidekick_flutter/src/evaluator.dart';
import 'package:sidekick_flutter/src/status.dart';

import 'support/runner.dart';

void vectorTests() => group('the vectors', () {
  test('hold, every case of them', () {
    final path = Platform.environment['SIDEKICK_VECTORS'];
    if (path == null) throw StateError('SIDEKICK_VECTORS names no script');
    final replay = _Replay();
    var cases = 0;
    var all = 0;
    for (final line in File(path).readAsLinesSync()) {
      final [word, ...rest] = line.split(' ');
      switch (word) {
        case 'case':
          replay.name = decoded(_bytes(rest.first)!);
          cases += 1;
        case 'cases':
          same('$cases', rest[1], 'cases of ${rest[0]}');
          all += cases;
          cases = 0;
        default:
          try {
            replay.run(word, rest);
          } catch (error) {
            throw StateError('${replay.name}: $word: $error');
          }
      }
    }
    holds(all > 0, 'the script is empty');
    stdout.writeln('        $all cases');
  });
});

/// The bytes of a word: hexadecimal behind an `x`, or none.
List<int>? _bytes(String word) =>
    word == '-'
        ? null
        : [
          for (var at = 1; at < word.length; at += 2)
            int.parse(word.substring(at, at + 2), radix: 16),
        ];

String _hexed(String text) {
  final bytes = utf8.encode(text);
  final digits = bytes.map((byte) => byte.toRadixString(16).padLeft(2, '0'));
  return 'x${digits.join()}';
}

String? _text(String word) {
  final bytes = _bytes(word);
  return bytes == null ? null : decoded(bytes);
}

/// An evaluator round a bare engine, in both ways in which there are some.
final class _Asked extends Evaluator {
  _Asked(super.engine, {required super.isTold});
}

final class _Replay {
  String name = '';
  Engine _engine = Engine(0);
  List<Output> _said = [];

  void run(String word, List<String> rest) {
    int number(int at) => int.parse(rest[at]);
    switch (word) {
      case 'new':
        _engine = Engine(BigInt.parse(rest[0], radix: 16).toSigned(64).toInt());
      case 'start' || 'disconnected' || 'timeout' || 'retry' || 'close':
        _engine.handle(Event.values.byName(word), number(0));
        _poll();
      case 'connected':
        _engine.handleConnected(
          number(0),
          number(1),
          _text(rest[2]) ?? '',
          _text(rest[3]) ?? '',
        );
        _poll();
      case 'bytes':
        _engine.handleBytes(number(0), _bytes(rest[1])!);
        _poll();
      case 'cut':
        final bytes = _bytes(rest[1])!;
        // A step of no bytes stays one empty input.
        for (final piece in bytes.isEmpty ? [bytes] : bytes.map((b) => [b])) {
          _engine.handleBytes(number(0), piece);
          _poll(isFirst: identical(piece, bytes));
        }
        _cutIsOver();
      case 'import':
        _import(rest);
      case 'expect':
        same(_inWords().join(' '), rest.join(' '));
      case 'faulted':
        same(_ofKind(OutputKind.error) ?? '-', rest[0]);
      case 'waits':
        final wake = int.parse(_ofKind(OutputKind.wakeAt)!);
        holds(wake >= number(0) && wake <= number(1), 'it waits until $wake');
      case 'holds':
        _holds(rest);
      case 'json':
        same(_hexed(_engine.flagsJson()), rest[0]);
      case 'export':
        same(_hexed(_engine.exportSnapshot() ?? ''), rest[0]);
      case 'answers':
        _answers(rest);
      case 'fixed':
        final asked = _Asked(_engine, isTold: true);
        final fixed = asked.handles.get(_text(rest[0])!)?.fixed ?? -1;
        same(fixed < 0 ? '-' : '${fixed & 1}', rest[1]);
      case 'everycut':
        _everyCut(_bytes(rest[0])!);
      default:
        throw StateError('nobody knows the word');
    }
  }

  void _poll({bool isFirst = true}) {
    final said = <Output>[];
    for (;;) {
      final output = _engine.pollOutput();
      if (output.kind == OutputKind.none) break;
      said.add(output);
    }
    _said = isFirst ? said : [..._pieces, ...said];
    _pieces = isFirst ? [] : _said;
  }

  /// What the pieces before have said.
  List<Output> _pieces = [];

  void _cutIsOver() => _pieces = [];

  void _import(List<String> rest) {
    final snapshot = decoded(_bytes(rest[0])!);
    final (:isTaken, :fault) = _engine.importSnapshot(snapshot);
    same(
      fault != null
          ? 'error'
          : isTaken
          ? 'True'
          : 'False',
      rest[1],
    );
    if (fault != null) holds(fault.contains(_text(rest[2]) ?? ''), fault);
    _poll();
  }

  /// In the order of the kinds, with the changed keys united.
  List<String> _inWords() => [
    for (final kind in OutputKind.values.skip(1))
      if (_ofKind(kind) case final value?) '${_names[kind]}:$value',
  ];

  static const Map<OutputKind, String> _names = {
    OutputKind.disconnect: 'disconnect',
    OutputKind.connect: 'connect',
    OutputKind.error: 'error',
    OutputKind.flagsChanged: 'flags_changed',
    OutputKind.statusChanged: 'status',
    OutputKind.wakeAt: 'wake_at',
  };

  String? _ofKind(OutputKind kind) {
    final all = _said.where((output) => output.kind == kind).toList();
    if (all.isEmpty) return null;
    if (kind == OutputKind.flagsChanged) {
      final keys = {for (final output in all) ...output.text.split(',')};
      return _hexed((keys.toList()..sort()).join(','));
    }
    final output = all.single;
    return switch (kind) {
      OutputKind.connect => _hexed(output.text),
      OutputKind.error => output.text.split(' ').first,
      OutputKind.statusChanged =>
        SidekickStatus.values[output.number].name.toUpperCase(),
      OutputKind.wakeAt => '${output.number}',
      _ => 'True',
    };
  }

  void _holds(List<String> rest) {
    same(_engine.status.name.toUpperCase(), rest[0], 'status');
    final snapshot = _engine.exportSnapshot() ?? '';
    final id = RegExp('^id: (.*)\$', multiLine: true).firstMatch(snapshot);
    same(id == null ? '-' : _hexed(id[1]!), rest[1], 'id');
    final asked = _Asked(_engine, isTold: true);
    same(asked.flags().length, (rest.length - 2) ~/ 2, 'flags');
    for (var at = 2; at < rest.length; at += 2) {
      final handle = asked.handles.get(_text(rest[at])!);
      same('${handle?.revision}', rest[at + 1], rest[at]);
    }
  }

  void _answers(List<String> rest) {
    final bits = int.parse(rest[0]);
    final flagKey = _text(rest[1])!;
    final userKey = _text(rest[2]);
    final isDefaultOn = rest[3] == '1';
    final attributes = {
      for (var at = 4; at < rest.length; at += 2)
        _text(rest[at])!: _text(rest[at + 1]),
    };
    for (final isTold in [true, false]) {
      final asked = _Asked(_engine, isTold: isTold);
      final user = asked.forUser(userKey, attributes: attributes);
      final revision = asked.handles.get(flagKey)?.revision;
      final right = Evaluation.ofBits(bits, revision);
      same(
        asked.evaluate(
          flagKey,
          userKey,
          attributes: attributes,
          defaultValue: isDefaultOn,
        ),
        right,
      );
      same(user.evaluate(flagKey, defaultValue: isDefaultOn), right, 'bound');
      same(
        [
          asked.isEnabled(
            flagKey,
            userKey,
            attributes: attributes,
            defaultValue: isDefaultOn,
          ),
          user.isEnabled(flagKey, defaultValue: isDefaultOn),
        ],
        [right.isEnabled, right.isEnabled],
      );
    }
  }

  /// However a stream is cut, the client ends up the same.
  void _everyCut(List<int> bytes) {
    String after(List<List<int>> pieces) {
      _engine =
          Engine(0)
            ..handle(Event.start, 0)
            ..handleConnected(1, 200, 'text/event-stream', '');
      for (final piece in pieces) {
        _engine.handleBytes(2, piece);
      }
      _poll();
      return [
        _engine.flagsJson(),
        _engine.exportSnapshot(),
        _engine.status,
        _ofKind(OutputKind.error),
      ].join('\n');
    }

    final whole = after([bytes]);
    same(after([for (final byte in bytes) [byte]]), whole, 'byte by byte');
    for (var at = 1; at < bytes.length; at += 1) {
      same(after([bytes.sublist(0, at), bytes.sublist(at)]), whole, 'at $at');
    }
  }
}
