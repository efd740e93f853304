"""Flag documents field by field: defaults, limits, numbers, times, unknown and double fields. Rules are in flag_rules.py."""

from cases import flag_rules
from cases.flag_case import AFTER_DESCRIPTION, Template, accepted, carried, refused, strict_refuses, with_field

FULL = (
    '{ "key": "dark_mode", "is_enabled": true, "rollout_percentage": 50,\n'
    '  "description": "Dark mode for half of the users",\n'
    '  "rules": [ { "attribute": "email", "operator": "EndsWith", "values": ["@acme.com"] } ],\n'
    '  "revision": 17, "created_at": "2026-01-02T03:04:05.678Z", "updated_at": "2026-01-03T03:04:05.678Z" }'
)
BACKWARDS = (
    '{"updated_at":"2026-01-03T03:04:05.678Z","created_at":"2026-01-02T03:04:05.678Z","revision":17,'
    '"rules":[{"values":["b","a"],"operator":"Contains","attribute":"plan"}],"description":"x",'
    '"rollout_percentage":12.5,"is_enabled":true,"key":"dark_mode"}'
)
SMALLEST = (
    '{"key":"a","is_enabled":false,"rollout_percentage":null,"description":null,"rules":[],"revision":0,'
    '"created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.000Z"}'
)

# What an engine does not read: it is carried whatever it is.
FOR_PEOPLE = ("description", "client_visible", "created_at", "updated_at")
# JSON text of every type, and the types that each field takes.
TYPES = {"null": "null", "bool": "true", "number": "1", "string": '"x"', "array": "[]", "object": "{}"}
TAKES = {
    "key": ("string",),
    "is_enabled": ("bool",),
    "rollout_percentage": ("null", "number"),
    "description": ("null", "string"),
    "client_visible": ("bool",),
    "rules": ("array",),
    "revision": ("number",),
    "created_at": (),
    "updated_at": (),
}

KEYS = ["a", "0", ".", "_", "-", "dark_mode", "Beta.search-v2_0", "AZaz09", "k" * 128]
NO_KEYS = [
    ("empty", ""),
    ("129 bytes", "k" * 129),
    ("blank", "a b"),
    ("leading blank", " a"),
    ("slash", "a/b"),
    ("colon", "a:b"),
    ("percent escape", "a%20b"),
    ("comma", "a,b"),
    ("letter outside ASCII", "é"),
    ("emoji", "🚩"),
    ("full-width letter", "\uff41"),
    ("escaped NUL", "a\\u0000"),
    ("escaped NUL alone", "\\u0000"),
    ("escaped line end after", "a\\n"),
    ("DEL", "a\x7f"),
]

# As written, as canonical.
PERCENTAGES = [
    ("0", "0"),
    ("50", "50"),
    ("100", "100"),
    ("0.1", "0.1"),
    ("0.001", "0.001"),
    ("99.999", "99.999"),
    ("12.345", "12.345"),
    ("33.3", "33.3"),
    ("1.1", "1.1"),
    ("0.29", "0.29"),
    ("50.0", "50"),
    ("50.000", "50"),
    ("50.500", "50.5"),
    ("0.010", "0.01"),
    ("100.000", "100"),
    ("12.345000000000000000000000", "12.345"),
    ("-0", "0"),
    ("-0.0", "0"),
    ("-0e5", "0"),
    ("0.0e-5", "0"),
    ("0e400", "0"),
    ("0e-99999999999999999999", "0"),
    ("0e99999999999999999999", "0"),
    ("5e1", "50"),
    ("5E1", "50"),
    ("5e+1", "50"),
    ("1E+2", "100"),
    ("1e00002", "100"),
    ("0.1e1", "1"),
    ("0.01e4", "100"),
    ("12345e-3", "12.345"),
    ("100000E-3", "100"),
    ("1e-3", "0.001"),
    ("5000e-4", "0.5"),
    ("0.00000000000000000000000001e26", "1"),
    ("10000000000000000000000000e-25", "1"),
]
NO_PERCENTAGES = [
    "-1",
    "-0.001",
    "-1e-3",
    "101",
    "100.001",
    "100.0000000001",
    "1e3",
    "1000000",
    "12.3456",
    "0.0001",
    "99.9999",
    "50.0000000000000000000000001",
    "1e-4",
    "1e-400",
    "1e400",
    "-1e400",
    "1e99999999999999999999",
    "1e-99999999999999999999",
    "18446744073709551616",
    "4294967296",
    "65536",
    '"50"',
    '""',
    "[50]",
]

REVISIONS = ["0", "1", "17", "4294967296", "9007199254740991"]
NO_REVISIONS = [
    "-1",
    "-0",
    "1.0",
    "1.5",
    "1e3",
    "0e0",
    "9007199254740992",
    "9223372036854775808",
    "18446744073709551616",
    "18446744073709551617",
    "9" * 40,
    '"1"',
]

TIMES = [
    ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"),
    ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"),
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
    ("2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"),
    ("2026-01-02T03:04:05.67Z", "2026-01-02T03:04:05.670Z"),
    ("2026-01-02T03:04:05.6789Z", "2026-01-02T03:04:05.678Z"),
    ("2026-01-02T03:04:05.000999Z", "2026-01-02T03:04:05.000Z"),
    ("2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123Z"),
    ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
    ("2000-02-29T23:59:59Z", "2000-02-29T23:59:59.000Z"),
    ("2026-12-31T23:59:59.999Z", "2026-12-31T23:59:59.999Z"),
    ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999Z"),
]
NO_TIMES = [
    ("empty", ""),
    ("date alone", "2026-01-02"),
    ("no zone", "2026-01-02T03:04:05"),
    ("offset", "2026-01-02T03:04:05+00:00"),
    ("offset of one hour", "2026-01-02T03:04:05+01:00"),
    ("blank for T", "2026-01-02 03:04:05Z"),
    ("no seconds", "2026-01-02T03:04Z"),
    ("one-digit month", "2026-1-02T03:04:05Z"),
    ("five-digit year", "10000-01-01T00:00:00Z"),
    ("year 1969", "1969-12-31T23:59:59Z"),
    ("year 0000", "0000-01-01T00:00:00Z"),
    ("signed year", "-2026-01-02T03:04:05Z"),
    ("month 0", "2026-00-02T03:04:05Z"),
    ("month 13", "2026-13-02T03:04:05Z"),
    ("day 0", "2026-01-00T03:04:05Z"),
    ("day 32", "2026-01-32T03:04:05Z"),
    ("31 April", "2026-04-31T03:04:05Z"),
    ("29 February 2026", "2026-02-29T03:04:05Z"),
    ("29 February 2100", "2100-02-29T03:04:05Z"),
    ("30 February 2024", "2024-02-30T03:04:05Z"),
    ("hour 24", "2026-01-02T24:00:00Z"),
    ("minute 60", "2026-01-02T03:60:05Z"),
    ("second 60", "2016-12-31T23:59:60Z"),
    ("point without digits", "2026-01-02T03:04:05.Z"),
    ("comma for the point", "2026-01-02T03:04:05,678Z"),
    ("ten fraction digits", "2026-01-02T03:04:05.1234567890Z"),
    ("letter among the digits", "2026-01-0xT03:04:05Z"),
    ("blank before", " 2026-01-02T03:04:05Z"),
    ("blank after", "2026-01-02T03:04:05Z "),
    ("full-width digit", "202\uff16-01-02T03:04:05Z"),
    ("a number as text", "1767323045"),
]


def rows():
    yield accepted("all fields", FULL, '"rollout_percentage":50,')
    yield accepted("all fields, backwards", BACKWARDS, '"values":["b","a"]}],"revision":17')
    yield accepted("key alone: all defaults", '{"key":"a"}', SMALLEST)
    yield accepted("canonical already", SMALLEST, SMALLEST)
    yield refused("no fields", "{}", "key")
    yield refused("no key", '{"is_enabled":true,"description":"x"}', "key")
    yield from types()
    for key in KEYS:
        yield accepted(f"key {key[:20]}", f'{{"key":"{key}"}}', f'{{"key":"{key}",')
    for name, key in NO_KEYS:
        yield refused(f"key: {name}", f'{{"key":"{key}"}}', "key")
    for text, canonical in PERCENTAGES:
        yield accepted(f"rollout {text}", with_field("rollout_percentage", text), f'"rollout_percentage":{canonical},')
    for text in NO_PERCENTAGES:
        yield refused(f"rollout {text}", with_field("rollout_percentage", text), "rollout_percentage")
    zeros = Template('{"key":"a","rollout_percentage":50.', "0", "", 10_000, "}")
    yield accepted("rollout 50 with 10,000 decimals", zeros, '"rollout_percentage":50,')
    huge = Template('{"key":"a","rollout_percentage":1', "0", "", 10_000, "}")
    yield refused("rollout of 10,001 digits", huge, "rollout_percentage")
    for text in REVISIONS:
        yield accepted(f"revision {text}", with_field("revision", text), f'"revision":{text},')
    for text in NO_REVISIONS:
        yield refused(f"revision {text}", with_field("revision", text), "revision")
    for text, canonical in TIMES:
        yield accepted(f"created_at {text}", with_field("created_at", f'"{text}"'), f'"created_at":"{canonical}"')
    for name, text in NO_TIMES:
        yield carried(refused(f"created_at: {name}", with_field("created_at", f'"{text}"'), "created_at"))
    yield accepted("updated_at alone", with_field("updated_at", '"2026-01-02T03:04:05Z"'), "05.000Z")
    yield carried(refused("updated_at: second 60", with_field("updated_at", '"2016-12-31T23:59:60Z"'), "updated_at"))
    yield from descriptions()
    yield accepted("hidden from clients", with_field("client_visible", "false"), '"description":null,"client_visible":false,"rules":[]')
    yield from hashing()
    yield from flag_rules.rows()
    yield from unknown_and_double()


def hashing():
    def rule(more, operator="Equals"):
        return with_field("rules", f'[{{"attribute":"a","operator":"{operator}","values":["b"]{more}}}]')

    yield accepted("hash_values", rule(',"hash_values":true', "NotEquals"), '"values":["b"],"hash_values":true}]')
    document = rule(',"hash_values":true', "EndsWith")
    yield strict_refuses("hash_values with EndsWith", document, "rules[0].hash_values", '"hash_values":true}]')
    yield accepted("no hash_values with EndsWith", rule(',"hash_values":false', "EndsWith"), '"values":["b"]}]')
    yield carried(refused("hash_values is null", rule(',"hash_values":null'), "rules[0].hash_values"))
    for operator in ("EqualsHashed", "NotEqualsHashed"):
        yield strict_refuses(f"{operator} is sent and not written", rule("", operator), "rules[0].operator", '"values":["b"]}]')
    yield strict_refuses("salt is sent and not written", rule(',"salt":"c"'), "rules[0].salt", '"salt":"c"}]')


def types():
    for field, takes in TAKES.items():
        for type_name, text in TYPES.items():
            document = f'{{"key":{text}}}' if field == "key" else with_field(field, text)
            if type_name not in takes:
                row = refused(f"{field} is {text}", document, field)
                yield carried(row) if field in FOR_PEOPLE else row
            elif field != "key":
                yield accepted(f"{field} is {text}", document, f'"{field}":{text}')


def descriptions():
    before = '{"key":"a","description":"'
    canonical = '{"key":"a","is_enabled":false,"rollout_percentage":null,"description":"'
    yield accepted("description empty", with_field("description", '""'), '"description":"",')
    for name, written, kept, most in [
        ("one-byte letters", "x", "x", 1024),
        ("two-byte letters", "é", "é", 512),
        ("four-byte letters", "🚩", "🚩", 256),
        ("escaped letters", "\\u0041", "A", 1024),
        ("escaped line ends", "\\n", "\\n", 1024),
        ("escaped surrogate pairs", "\\ud83d\\udea9", "🚩", 256),
    ]:
        fits = Template(before, written, "", most, '"}')
        yield accepted(
            f"description of 1,024 bytes in {name}", fits, Template(canonical, kept, "", most, AFTER_DESCRIPTION)
        )
        above = Template(before, written, "", most + 1, '"}')
        yield carried(refused(f"description above 1,024 bytes in {name}", above, "description"))


def unknown_and_double():
    yield strict_refuses("misspelt field", with_field("is_enabeld", "true"), "is_enabeld", '"is_enabled":false')
    yield strict_refuses("field in another case", '{"key":"a","Is_Enabled":true}', "Is_Enabled", '"is_enabled":false')
    yield strict_refuses(
        "field with a blank after", '{"key":"a","is_enabled ":true}', "is_enabled ", '"is_enabled":false'
    )
    yield strict_refuses("field cut short", '{"key":"a","rule":null}', "rule", '"rules":[]')
    yield strict_refuses("unknown field before the key", '{"x":[{"key":"b"}],"key":"a"}', "x", '{"key":"a"')
    rule = '{"attribute":"a","operator":"Equals","foo":{"attribute":1},"values":["b"]}'
    yield strict_refuses("unknown field in a rule", with_field("rules", f"[{rule}]"), "rules[0].foo", '"values":["b"]')
    again = rule.replace('"foo":{"attribute":1},', "")
    yield strict_refuses("unknown field in the second rule", with_field("rules", f"[{again},{rule}]"), "rules[1].foo")
    yield strict_refuses(
        "flag's field in a rule", with_field("rules", f'[{again[:-1]},"key":"b"}}]'), "rules[0].key", '{"key":"a",'
    )
    yield strict_refuses("rule's field in a flag", with_field("values", "[]"), "values")
    yield refused("unknown field instead of the key", '{"Key":"a"}', None)
    yield strict_refuses("key twice", '{"key":"a","key":"b"}', "key", '{"key":"b",')
    yield strict_refuses("key twice, alike", '{"key":"a","key":"a"}', "key", '{"key":"a",')
    yield strict_refuses("key twice, once in escapes", '{"key":"a","k\\u0065y":"b"}', "key", '{"key":"b",')
    yield accepted("field name in escapes", '{"\\u006bey":"a"}', SMALLEST)
    for name, one, two in [
        ("is_enabled", "true", "false"),
        ("rollout_percentage", "50", "null"),
        ("description", '"x"', '"y"'),
        ("client_visible", "true", "false"),
        ("revision", "2", "1"),
        ("created_at", '"2026-01-02T03:04:05.000Z"', '"2025-01-02T03:04:05.000Z"'),
        ("rules", f"[{again}]", "[]"),
    ]:
        document = f'{{"key":"a","{name}":{one},"{name}":{two}}}'
        yield strict_refuses(f"{name} twice", document, name, f'"{name}":{two}')
    twice = '{"attribute":"a","operator":"Equals","values":["b"],"values":["c"]}'
    yield strict_refuses("values twice", with_field("rules", f"[{twice}]"), "rules[0].values", '"values":["c"]')
    twice = '{"attribute":"a","attribute":"b","operator":"Equals","values":["c"]}'
    yield strict_refuses("attribute twice", with_field("rules", f"[{twice}]"), "rules[0].attribute", '"attribute":"b"')
    twice = '{"attribute":"a","operator":"Contains","operator":"Equals","values":["c"]}'
    yield strict_refuses(
        "operator twice", with_field("rules", f"[{twice}]"), "rules[0].operator", '"operator":"Equals"'
    )
