"""Flag documents as text: JSON's grammar, escapes, encoding, depth, and what a skipped field may hold."""

from cases.flag_case import Template, accepted, carried, refused, strict_refuses, too_deep_in_a_change, with_field

# In a description, between its quotes: as written, as canonical.
STRINGS = [
    ('\\"', '\\"'),
    ("\\\\", "\\\\"),
    ("\\/", "/"),
    ("/", "/"),
    ("\\b\\f\\n\\r\\t", "\\b\\f\\n\\r\\t"),
    ("\\u0008\\u000C\\u000a\\u000D\\u0009", "\\b\\f\\n\\r\\t"),
    ("\\u0000", "\\u0000"),
    ("a\\u0000b", "a\\u0000b"),
    ("\\u0001\\u000B\\u001F", "\\u0001\\u000b\\u001f"),
    (
        "".join(f"\\u{n:04X}" for n in range(32)),
        "\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f"
        + "".join(f"\\u{n:04x}" for n in range(16, 32)),
    ),
    ("\\u0022\\u005C\\u002F", '\\"\\\\/'),
    ("\\u007f", "\x7f"),
    ("\x7f", "\x7f"),
    ("\\u0080", "\x80"),
    ("\\u00e9\\u00E9", "éé"),
    ("é", "é"),
    ("e\u0301", "e\u0301"),
    ("\\u6771京", "東京"),
    ("\\ud83d\\udea9", "🚩"),
    ("\\uD83D\\uDEA9", "🚩"),
    ("🚩", "🚩"),
    ("\\ud83d\\udea9\\ud83d\\udea9", "🚩🚩"),
    ("\\ud800\\udc00", "\U00010000"),
    ("\\udbff\\udfff", "\U0010ffff"),
    ("\U0010ffff", "\U0010ffff"),
    ("\\ud7ff\\ue000", "\ud7ff\ue000"),
    ("\\ufffe\\uffff", "\ufffe\uffff"),
    ("\\ufeff", "\ufeff"),
    ("\\ufffd", "\ufffd"),
    ("\\u0085\\u2028\\u2029", "\\u0085\\u2028\\u2029"),
    ("\u0085\u2028\u2029", "\\u0085\\u2028\\u2029"),
    ("\u0084\u0086\u2027\u202a", "\u0084\u0086\u2027\u202a"),
    ("<b>&amp;'</b>", "<b>&amp;'</b>"),
    ("\\\\u0041", "\\\\u0041"),
    ("]}{[,:", "]}{[,:"),
    ("// no /* comment */", "// no /* comment */"),
]
NO_STRINGS = [
    ("lone high surrogate", "\\ud800"),
    ("lone low surrogate", "\\udc00"),
    ("last high surrogate alone", "\\udbff"),
    ("high surrogate, then a letter", "\\ud83dx"),
    ("high surrogate, then an escaped letter", "\\ud83d\\u0041"),
    ("high surrogate, then a short escape", "\\ud83d\\n"),
    ("high surrogate, then an escaped backslash", "\\ud83d\\\\udea9"),
    ("surrogates backwards", "\\udea9\\ud83d"),
    ("two high surrogates, then a low", "\\ud83d\\ud83d\\udea9"),
    ("high surrogate in upper case", "\\uD83D"),
    ("escape x", "\\x41"),
    ("escape 0", "\\0"),
    ("escape U", "\\U0041"),
    ("escape a", "\\a"),
    ("escaped single quote", "\\'"),
    ("escaped line end", "\\\n"),
    ("three hex digits", "\\u041"),
    ("two hex digits", "\\u41 x"),
    ("no hex digit", "\\u004g"),
    ("braces", "\\u{41}"),
    ("sign among hex digits", "\\u+041"),
    ("blank among hex digits", "\\u 041"),
    ("full-width hex digit", "\\u004\uff11"),
    ("raw tab", "a\tb"),
    ("raw line feed", "a\nb"),
    ("raw carriage return", "a\rb"),
    ("raw NUL", "a\0b"),
    ("raw U+001F", "a\x1fb"),
]
# No JSON at all, or more than one document.
NO_JSON = [
    ("nothing", ""),
    ("a blank", " "),
    ("a line end", "\n"),
    ("open brace alone", "{"),
    ("close brace alone", "}"),
    ("cut in a name", '{"ke'),
    ("cut after a name", '{"key"'),
    ("cut after a colon", '{"key":'),
    ("cut in a string", '{"key":"a'),
    ("cut in an escape", '{"key":"a","description":"\\'),
    ("cut in a unicode escape", '{"key":"a","description":"\\u00'),
    ("cut in a surrogate pair", '{"key":"a","description":"\\ud83d\\u'),
    ("cut after a value", '{"key":"a"'),
    ("cut after a comma", '{"key":"a",'),
    ("cut in true", '{"key":"a","is_enabled":tr'),
    ("cut in a number", '{"key":"a","rollout_percentage":1.'),
    ("cut in rules", '{"key":"a","rules":['),
    ("cut in a rule", '{"key":"a","rules":[{"attribute":"a"'),
    ("cut in values", '{"key":"a","rules":[{"attribute":"a","operator":"Equals","values":["b"'),
    ("cut before the last brace", '{"key":"a","rules":[]'),
    ("trailing comma in the flag", '{"key":"a",}'),
    ("trailing comma in rules", '{"key":"a","rules":[{"attribute":"a","operator":"Equals","values":["b"]},]}'),
    ("trailing comma in a rule", '{"key":"a","rules":[{"attribute":"a","operator":"Equals","values":["b"],}]}'),
    ("trailing comma in values", '{"key":"a","rules":[{"attribute":"a","operator":"Equals","values":["b",]}]}'),
    ("leading comma", '{,"key":"a"}'),
    ("comma alone", "{,}"),
    ("two commas", '{"key":"a",,"is_enabled":true}'),
    ("no comma", '{"key":"a" "is_enabled":true}'),
    ("no colon", '{"key" "a"}'),
    ("two colons", '{"key"::"a"}'),
    ("equals sign", '{"key"="a"}'),
    ("semicolon", '{"key":"a";"is_enabled":true}'),
    ("name without a value", '{"key":"a","is_enabled"}'),
    ("value without a name", '{"key":"a",true}'),
    ("name without quotes", '{key:"a"}'),
    ("name is a number", '{"key":"a",1:2}'),
    ("single quotes", "{'key':'a'}"),
    ("bracket for brace", '{"key":"a"]'),
    ("brace for bracket", '{"key":"a","rules":[}}'),
    ("line comment", '{"key":"a"} // x'),
    ("block comment", '{/* x */"key":"a"}'),
    ("hash comment", '# x\n{"key":"a"}'),
    ("letter after", '{"key":"a"}x'),
    ("second document", '{"key":"a"}{"key":"b"}'),
    ("second document on its own line", '{"key":"a"}\n{"key":"b"}'),
    ("comma after", '{"key":"a"},'),
    ("brace after", '{"key":"a"}}'),
    ("NUL after", '{"key":"a"}\0'),
    ("NUL before", '\0{"key":"a"}'),
    ("byte order mark", '\ufeff{"key":"a"}'),
    ("byte order mark after", '{"key":"a"}\ufeff'),
    ("no-break space before", '\u00a0{"key":"a"}'),
    ("no-break space inside", '{"key":\u00a0"a"}'),
    ("U+2028 inside", '{"key":\u2028"a"}'),
    ("form feed inside", '{"key":\f"a"}'),
    ("vertical tab inside", '{"key":\v"a"}'),
    ("True", with_field("is_enabled", "True")),
    ("TRUE", with_field("is_enabled", "TRUE")),
    ("truee", with_field("is_enabled", "truee")),
    ("tru", with_field("is_enabled", "tru")),
    ("fals", with_field("is_enabled", "fals")),
    ("None", with_field("description", "None")),
    ("nul", with_field("description", "nul")),
    ("nulll", with_field("description", "nulll")),
    ("undefined", with_field("description", "undefined")),
    ("bare word", with_field("description", "x")),
]
NO_NUMBERS = [
    *("NaN", "nan", "Infinity", "-Infinity", "inf", "01", "00", "-01", "+1", ".5", "5.", "-.5", "-", "+", "."),
    *("1e", "1e+", "1e-", "e1", "1.e1", "1.5.5", "1e1.5", "1e1e1", "--1", "1-", "0x10", "0b1", "0o7", "1_000"),
    *("1,5", "1 0", "50%", "1f", "1n", "\uff15", "\u0665\u0660", "1\u00bd", "0 .5", "- 1"),
]
NO_UTF8 = [
    ("byte ff", b"\xff"),
    ("continuation byte alone", b"\x80"),
    ("cut two-byte sequence", b"\xc3"),
    ("cut three-byte sequence", b"\xe2\x82"),
    ("cut four-byte sequence", b"\xf0\x9f\x9a"),
    ("overlong NUL", b"\xc0\x80"),
    ("overlong slash in three bytes", b"\xe0\x80\xaf"),
    ("overlong in four bytes", b"\xf0\x80\x80\xaf"),
    ("high surrogate", b"\xed\xa0\x80"),
    ("surrogate pair", b"\xed\xa0\xbd\xed\xba\xa9"),
    ("above U+10FFFF", b"\xf4\x90\x80\x80"),
    ("byte f5", b"\xf5\x80\x80\x80"),
    ("Latin-1 letter", b"caf\xe9"),
]
# Fit for a field that a lenient reader skips.
SKIPPED = [
    *("null", "true", "false", "0", "-0", "1e400", "-1.5E-400", "1" + "0" * 60, '""', "[]", "{}", "[ ]", "{ }"),
    *('"\\ud83d\\udea9\\u0000\\""', '"]}{["', '"🚩"', '[1,[2,[3,{}]],"]"]', '{"a":{"b":[{"key":"c"}]},"a":1}'),
    *('{"key":"b","is_enabled":"no"}', '{"":null}', ' [ 1 , { "a" : [ ] } ] ', '"\\\\"', '["a","b"]'),
]
# No JSON, in such a field: refused all the same.
UNFIT = [
    *("", "tru", "nulll", "01", "1.", "NaN", "-", '"', '"\\x"', '"a\tb"', "[1,]", "[,1]", "[1 2]", "[1", "[}"),
    *('{"a":1,}', '{"a"}', "{a:1}", '{"a":}', '{"a":1]', "'a'", "// x", "]", '{"a" 1}', '{"a":tru}', '"\\u00"'),
]


def rows():
    for written, kept in STRINGS:
        yield accepted(f"string {written[:40]}", with_field("description", f'"{written}"'), f'"description":"{kept}"')
    for name, written in NO_STRINGS:
        yield refused(f"string: {name}", with_field("description", f'"{written}"'), None)
    yield refused("field name: lone surrogate", '{"key":"a","\\ud800":1}', None)
    yield refused("field name: raw line end", '{"key":"a","x\n":1}', None)
    for name, text in NO_JSON:
        yield refused(f"no JSON: {name}", text, None)
    for text in NO_NUMBERS:
        yield refused(f"no number: {text}", with_field("rollout_percentage", text), None)
    yield refused("no number: revision 007", with_field("revision", "007"), None)
    for text in ("null", "true", "1", '"a"', "[]", '[{"key":"a"}]', '"{}"'):
        yield refused(f"the document is {text}", text, "")
    yield accepted("blanks everywhere", '\t\r\n { \n"key"\t:\r"a" , "rules" : [ ] \n}\n\n ', '{"key":"a",')
    blanks = Template("", " ", "", 5_000, '{"key":"a"}')
    yield accepted("5,000 blanks before", blanks, '{"key":"a",')
    yield from encodings()
    for text in SKIPPED:
        yield strict_refuses(f"skipped: {text}", with_field("x", text), "x", '{"key":"a",')
    for text in UNFIT:
        yield refused(f"not to be skipped: {text}", with_field("x", text), None)
    yield from depths()


def encodings():
    for name, bad in NO_UTF8:
        yield carried(refused(f"UTF-8: {name}", b'{"key":"a","description":"' + bad + b'"}', None))
    yield refused("UTF-8: invalid in the key", b'{"key":"\xff"}', None)
    yield carried(refused("UTF-8: invalid in a field name", b'{"key":"a","x\xff":1}', None))
    yield carried(refused("UTF-8: invalid in a skipped field", b'{"key":"a","x":["\xc3"]}', None))
    values = b'{"key":"a","rules":[{"attribute":"a","operator":"Equals","values":["\xe9"]}]}'
    yield carried(refused("UTF-8: invalid in a value", values, None))
    yield refused("UTF-8: invalid between fields", b'{"key":"a"\xff}', None)
    yield refused("UTF-8: invalid after the document", b'{"key":"a"}\xff', None)
    yield carried(refused("UTF-8: cut at the end of a string", b'{"key":"a","description":"\xe6\x9d"}', None))
    yield refused("UTF-16 with its mark", b"\xff\xfe" + '{"key":"a"}'.encode("utf-16-le"), None)
    yield refused("UTF-16 without a mark", '{"key":"a"}'.encode("utf-16-le"), None)


def depths():
    """The flag is depth 1, so an unknown field holds 31 levels at most."""

    def nested(opening, closing, levels, held=""):
        return with_field("x", opening * levels + held + closing * levels)

    yield too_deep_in_a_change(strict_refuses("31 arrays in a field", nested("[", "]", 31), "x", '{"key":"a",'))
    yield refused("32 arrays in a field", nested("[", "]", 32), None)
    objects = nested('{"a":', "}", 30, "{}")
    yield too_deep_in_a_change(strict_refuses("31 objects in a field", objects, "x", '{"key":"a",'))
    yield refused("32 objects in a field", nested('{"a":', "}", 31, "{}"), None)
    both = nested('[{"a":', "}]", 15, "[]")
    yield too_deep_in_a_change(strict_refuses("31 arrays and objects in a field", both, "x", '{"key":"a",'))
    yield refused("33 arrays and objects in a field", nested('[{"a":', "}]", 16, "[]"), None)
    many = with_field("x", "[" + ",".join(["[[]]"] * 40) + "]")
    yield strict_refuses("wide is not deep", many, "x", '{"key":"a",')
    text = with_field("x", '"' + "[" * 40 + '"')
    yield strict_refuses("brackets in a string are not deep", text, "x", '{"key":"a",')
    rule = '{{"attribute":"a","operator":"Equals","values":["b"],"x":{}}}'
    deepest = with_field("rules", "[" + rule.format("[" * 29 + "]" * 29) + "]")
    yield too_deep_in_a_change(strict_refuses("29 arrays in a rule's field", deepest, "rules[0].x", '"values":["b"]'))
    too_deep = with_field("rules", "[" + rule.format("[" * 30 + "]" * 30) + "]")
    yield refused("30 arrays in a rule's field", too_deep, None)
    yield refused("40 arrays for rules", with_field("rules", "[" * 40 + "]" * 40), None)
    yield refused("100,000 open brackets", Template('{"key":"a","x":', "[", "", 100_000, ""), None)
    yield refused("100,000 open objects", Template('{"key":"a","x":', '{"a":', "", 100_000, ""), None)
    yield refused("100,000 open brackets for a document", Template("", "[", "", 100_000, ""), None)
