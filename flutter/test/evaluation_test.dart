/// Whatever a caller passes: the right answer or the default, and never an
/// exception.
library;

import 'dart:collection';

import 'package:sidekick_flutter/sidekick_flutter.dart';
import 'package:sidekick_flutter/src/scratch.dart';

import 'support/clients.dart';
import 'support/runner.dart';
import 'support/stream.dart';

WireFlag _rule(String attribute, String operator, List<String> values) => {
  'attribute': attribute,
  'operator': operator,
  'values': values,
};

WireFlag _only(String key, List<WireFlag> rules) => {
  'key': key,
  'is_enabled': true,
  'rollout_percentage': 0,
  'rules': rules,
  'revision': 5,
};

/// Longer than the kept buffer has room for.
final String _long = 'ä' * 70000;

final List<WireFlag> _flags = [
  {'key': 'off', 'is_enabled': false, 'revision': 1},
  {'key': 'on', 'is_enabled': true, 'revision': 2},
  {'key': 'half', 'is_enabled': true, 'rollout_percentage': 50, 'revision': 3},
  _only('plan', [
    _rule('plan', 'Equals', [
      ...['pro', '42', '1.5', '7', 'true', '0', '1e+21', '1e-7'],
      '100000000000000000000',
      '9007199254740993',
    ]),
  ]),
  _only('not', [
    _rule('plan', 'NotEquals', ['pro']),
  ]),
  _only('suffix', [
    _rule('email', 'EndsWith', ['@acme.com']),
  ]),
  _only('six', [
    for (final name in ['a', 'b', 'c', 'd', 'e', 'f'])
      _rule(name, 'Equals', ['yes']),
  ]),
  _only('forty', [
    for (var index = 0; index < 40; index += 1)
      _rule('name-$index', 'Equals', ['yes']),
  ]),
  _only('most', [
    for (var index = 0; index < 64; index += 1)
      _rule('name-$index', 'Equals', ['yes']),
  ]),
  _only('signs', [
    _rule('name', 'Equals', ['😀', 'Zoë', '\u0000']),
  ]),
  _only('marked', [
    _rule('\ufeffname', 'Equals', ['yes']),
  ]),
  _only('replaced', [
    _rule('name', 'Contains', ['\ufffd']),
  ]),
];

void evaluationTests() => group('an evaluation', () {
  late final Future<SidekickFlutterClient> asked = clientWith(_flags);

  /// Asked in each way: the client, a view, and both by a bound user.
  Future<void> agree(
    bool expected,
    String flag,
    String? user,
    Attributes? attributes, {
    bool defaultValue = false,
  }) async {
    final client = await asked;
    for (final one in [client, SidekickView(client.address)]) {
      final bound = one.forUser(user, attributes: attributes);
      same(
        [
          one.isEnabled(
            flag,
            user,
            attributes: attributes,
            defaultValue: defaultValue,
          ),
          one
              .evaluate(
                flag,
                user,
                attributes: attributes,
                defaultValue: defaultValue,
              )
              .isEnabled,
          bound.isEnabled(flag, defaultValue: defaultValue),
          bound.evaluate(flag, defaultValue: defaultValue).isEnabled,
        ],
        List.filled(4, expected),
        flag.length > 99 ? 'a long key' : flag,
      );
    }
  }

  test('says why', () async {
    final client = await asked;
    String why(String flag, [Attributes? attributes]) =>
        '${client.evaluate(flag, 'u', attributes: attributes)}';
    const none = 'ruleIndex: null, bucket: null';
    same(
      why('no'),
      'Evaluation(isEnabled: false, reason: FLAG_NOT_FOUND, $none, '
      'revision: null)',
    );
    same(
      why('off'),
      'Evaluation(isEnabled: false, reason: DISABLED, $none, revision: 1)',
    );
    same(
      why('on'),
      'Evaluation(isEnabled: true, reason: STATIC, $none, revision: 2)',
    );
    same(
      why('six', {'d': 'yes'}),
      'Evaluation(isEnabled: true, reason: TARGETING_MATCH, ruleIndex: 3, '
      'bucket: null, revision: 5)',
    );
    final split = client.evaluate('half', 'u');
    same((split.reason, split.ruleIndex), (Reason.split, null));
    final bucket = split.bucket!;
    holds(bucket >= 0 && bucket < 100, '$bucket');
    same(split.isEnabled, bucket < 50);
    same(client.forUser('u').evaluate('half'), split);
    same(SidekickView(client.address).evaluate('half', 'u'), split);
  });

  test('takes numbers and booleans by their JSON text', () async {
    final big = BigInt.parse('9007199254740993');
    for (final plan in [
      ...['pro', 42, 42.0, 1.5, 7.0, true, 0, 0.0, -0.0, 1e21, 1e-7, 1e20],
      9007199254740993,
      big,
    ]) {
      await agree(true, 'plan', 'u', {'plan': plan});
    }
    for (final plan in [43, false, '1.50', '42.0', 'True']) {
      await agree(false, 'plan', 'u', {'plan': plan});
    }
  });

  test('takes what has no such text for not given', () async {
    for (final plan in [
      ...[null, double.nan, double.infinity, DateTime(2026), #plan],
      ...[
        <String, String>{},
        ['x'],
        Object(),
      ],
    ]) {
      await agree(false, 'not', 'u', {'plan': plan});
    }
    await agree(true, 'not', 'u', {'plan': ''});
    await agree(false, 'not', 'u', {});
    await agree(false, 'not', 'u', null);
  });

  test('answers the default where a user key is needed and none is', () async {
    final client = await asked;
    for (final defaultValue in [true, false]) {
      await agree(defaultValue, 'half', null, {}, defaultValue: defaultValue);
    }
    same(client.evaluate('half', null).reason, Reason.error);
    same(client.forUser(null).evaluate('half').reason, Reason.error);
    await agree(true, 'on', null, null);
    await agree(true, 'suffix', null, {'email': 'a@acme.com'});
    // The empty text is a user key.
    same(client.evaluate('half', '').reason, Reason.split);
  });

  test('answers the default for a flag key that is none', () async {
    for (final key in ['', 'no such flag', 'ä', '\ud800', _long]) {
      for (final defaultValue in [true, false]) {
        await agree(defaultValue, key, 'u', {}, defaultValue: defaultValue);
      }
    }
  });

  test('reads texts of every length and kind', () async {
    final client = await asked;
    await agree(true, 'suffix', 'u', {'email': '$_long@acme.com'});
    await agree(true, 'suffix', _long, {'email': 'a@acme.com'});
    await agree(true, 'suffix', _long, {'email': '$_long@acme.com'});
    same(
      client.evaluate('half', _long),
      client.forUser(_long).evaluate('half'),
    );
    for (var length = 0; length < 300; length += 1) {
      await agree(true, 'suffix', 'u', {'email': '${'x' * length}@acme.com'});
      await agree(false, 'suffix', 'u', {'email': '${'ü' * length}@acme.org'});
    }
    for (final name in ['😀', 'Zoë', '\u0000']) {
      await agree(true, 'signs', 'u', {'name': name});
    }
  });

  test('takes a lone surrogate for the replacement character', () async {
    final client = await asked;
    for (final name in ['\ud83d', 'a\ude00', '\ude00\ud83d', '$_long\ud800']) {
      await agree(true, 'replaced', 'u', {'name': name});
    }
    await agree(false, 'replaced', 'u', {'name': '😀'});
    same(
      client.evaluate('half', 'a\ud800b'),
      client.evaluate('half', 'a\ufffdb'),
    );
  });

  test('takes a byte order mark for a part of a name', () async {
    await agree(true, 'marked', 'u', {'\ufeffname': 'yes'});
    await agree(false, 'marked', 'u', {'name': 'yes'});
  });

  test('reads only the attributes that the rules name, each once', () async {
    final client = await asked;
    final read = <Object?>[];
    final attributes = _Computed((name) {
      read.add(name);
      return null;
    });
    client.isEnabled('six', 'u', attributes: attributes);
    same(read, ['a', 'b', 'c', 'd', 'e', 'f']);
    read.clear();
    client.isEnabled('on', 'u', attributes: attributes);
    client.isEnabled('half', 'u', attributes: attributes);
    same(read, <Object?>[]);
  });

  test('answers the default where a map throws', () async {
    final client = await asked;
    final attributes = _Computed((_) => throw const FormatException('no'));
    for (final defaultValue in [true, false]) {
      await agree(
        defaultValue,
        'not',
        'u',
        attributes,
        defaultValue: defaultValue,
      );
    }
    same(
      client.evaluate('not', 'u', attributes: attributes).reason,
      Reason.error,
    );
    same(
      client.isEnabled('half', 'u', attributes: attributes),
      client.isEnabled('half', 'u'),
    );
    same((Scratch.own.top, Scratch.own.textCount), (0, 0));
  });

  test('is kept apart from one that a map asks meanwhile', () async {
    final client = await asked;
    var depth = 0;
    late final _Computed attributes;
    attributes = _Computed((name) {
      same(client.isEnabled('six', 'v', attributes: {'f': 'yes'}), true);
      // Deeper than the kept memory reaches.
      depth += 1;
      if (depth < 20) {
        same(client.isEnabled('forty', 'w', attributes: attributes), false);
      }
      depth -= 1;
      return name == 'e' ? 'yes' : 'no';
    });
    same(
      client.isEnabled('six', 'u', attributes: {'a': 'no', 'b': 'yes'}),
      true,
    );
    depth = 19;
    same(client.evaluate('six', 'u', attributes: attributes).ruleIndex, 4);
    final deep = _Computed((name) => null);
    deep.answer = (name) {
      depth += 1;
      final isDeepest = depth > 40;
      final isOn =
          isDeepest || client.isEnabled('most', 'u', attributes: deep);
      depth -= 1;
      return isOn && name == 'name-63' || isDeepest ? 'yes' : 'no';
    };
    depth = 38;
    same(client.isEnabled('most', 'u', attributes: deep), true);
    // What was taken of the kept memory was given back.
    same((Scratch.own.top, Scratch.own.textCount), (0, 0));
  });

  test('of a bound user, whose map asks while it is read', () async {
    final client = await asked;
    final attributes = _Computed((name) {
      final other = client.forUser('v', attributes: {'email': 'x@acme.com'});
      same(other.isEnabled('suffix'), true);
      return client.isEnabled('six', 'w', attributes: {'a': 'yes'})
          ? 'pro'
          : 'none';
    });
    final user = client.forUser('u', attributes: attributes);
    same((user.isEnabled('plan'), user.isEnabled('six')), (true, false));
  });

  test('takes a flag that reads many attributes', () async {
    for (var index = 0; index < 40; index += 1) {
      final other = (index + 1) % 40;
      await agree(true, 'forty', 'u', {
        'name-$index': 'yes',
        'name-$other': 'no',
      });
      await agree(false, 'forty', 'u', {'name-$index': 'no'});
    }
    await agree(false, 'forty', 'u', null);
    await agree(true, 'most', 'u', {'name-63': 'yes'});
  });

  test('takes many attributes', () async {
    final many = {
      for (var index = 0; index < 2000; index += 1) 'name-$index': 'x',
      'email': 'a@acme.com',
    };
    await agree(true, 'suffix', 'u', many);
  });

  test('remembers a bound user\'s attributes as they were', () async {
    final client = await asked;
    final attributes = {'email': 'a@acme.com'};
    final users = [
      for (var index = 0; index < 5000; index += 1)
        client.forUser(
          'user-$index',
          attributes: index.isOdd ? attributes : {},
        ),
    ];
    attributes['email'] = 'changed';
    for (final (index, user) in users.indexed) {
      same(user.isEnabled('suffix'), index.isOdd);
      same(user.isEnabled('half'), client.isEnabled('half', 'user-$index'));
    }
  });
});

/// A map that computes its values.
final class _Computed extends MapBase<String, Object?> {
  _Computed(this.answer);

  Object? Function(Object? name) answer;

  @override
  Object? operator [](Object? key) => answer(key);

  @override
  void operator []=(String key, Object? value) {}

  @override
  Iterable<String> get keys => ['plan'];

  @override
  void clear() {}

  @override
  Object? remove(Object? key) => null;
}
