"""Cases of rules.json: one rule against a user's attributes."""

import reference

KIND = "rule"
WHAT = "One targeting rule against attributes: does it match?"

NFC, NFD = "caf\u00e9", "cafe\u0301"

# name, attribute, operator, values, attributes, matches
HAND = [
    ("Equals: same", "plan", "Equals", ["pro"], {"plan": "pro"}, True),
    ("Equals: other", "plan", "Equals", ["pro"], {"plan": "free"}, False),
    ("Equals: value is a prefix of the attribute", "plan", "Equals", ["pro"], {"plan": "pro2"}, False),
    ("Equals: attribute is a prefix of the value", "plan", "Equals", ["pro2"], {"plan": "pro"}, False),
    ("Equals: case differs", "plan", "Equals", ["pro"], {"plan": "Pro"}, False),
    ("Equals: trailing blank", "plan", "Equals", ["pro"], {"plan": "pro "}, False),
    ("Equals: first of several", "plan", "Equals", ["a", "b", "c"], {"plan": "a"}, True),
    ("Equals: last of several", "plan", "Equals", ["a", "b", "c"], {"plan": "c"}, True),
    ("Equals: none of several", "plan", "Equals", ["a", "b", "c"], {"plan": "d"}, False),
    ("Equals: same value twice", "plan", "Equals", ["a", "a"], {"plan": "a"}, True),
    ("Equals: missing attribute", "plan", "Equals", ["pro"], {}, False),
    ("Equals: only other attributes", "plan", "Equals", ["pro"], {"role": "pro"}, False),
    ("Equals: attribute names are case-sensitive", "plan", "Equals", ["pro"], {"Plan": "pro"}, False),
    ("Equals: attribute name is a prefix of a given one", "plan", "Equals", ["pro"], {"plans": "pro"}, False),
    ("Equals: empty value, empty attribute", "plan", "Equals", [""], {"plan": ""}, True),
    ("Equals: empty value, attribute with text", "plan", "Equals", [""], {"plan": "pro"}, False),
    ("Equals: empty value, missing attribute", "plan", "Equals", [""], {}, False),
    ("Equals: text value, empty attribute", "plan", "Equals", ["pro"], {"plan": ""}, False),
    ("Equals: numbers are text", "age", "Equals", ["42"], {"age": "42"}, True),
    ("Equals: 42 is not 42.0", "age", "Equals", ["42"], {"age": "42.0"}, False),
    ("Equals: true is text", "beta", "Equals", ["true"], {"beta": "true"}, True),
    ("Equals: composed against decomposed", "place", "Equals", [NFC], {"place": NFD}, False),
    ("Equals: composed against composed", "place", "Equals", [NFC], {"place": NFC}, True),
    ("Equals: sharp s is not ss", "street", "Equals", ["Straße"], {"street": "Strasse"}, False),
    ("Equals: Kelvin sign is not K", "unit", "Equals", ["K"], {"unit": "\u212a"}, False),
    ("Equals: three-byte letters", "city", "Equals", ["東京"], {"city": "東京"}, True),
    ("Equals: one three-byte letter differs", "city", "Equals", ["東京"], {"city": "東亰"}, False),
    ("Equals: multi-byte attribute name", "都市", "Equals", ["x"], {"都市": "x"}, True),
    ("Equals: attribute name with blanks and dots", "user. name", "Equals", ["x"], {"user. name": "x"}, True),
    ("Equals: NUL inside", "raw", "Equals", ["a\0b"], {"raw": "a\0b"}, True),
    ("Equals: differs after a NUL", "raw", "Equals", ["a\0b"], {"raw": "a\0c"}, False),
    ("Equals: text stops at the NUL of the value", "raw", "Equals", ["a\0b"], {"raw": "a"}, False),
    ("Equals: quote, backslash, line end", "raw", "Equals", ['"\\\n'], {"raw": '"\\\n'}, True),
    ("Equals: one attribute among many", "c", "Equals", ["3"], {"a": "1", "b": "2", "c": "3", "d": "4"}, True),
    ("NotEquals: other", "plan", "NotEquals", ["pro"], {"plan": "free"}, True),
    ("NotEquals: same", "plan", "NotEquals", ["pro"], {"plan": "pro"}, False),
    ("NotEquals: equals the last of several", "plan", "NotEquals", ["a", "b"], {"plan": "b"}, False),
    ("NotEquals: equals none of several", "plan", "NotEquals", ["a", "b"], {"plan": "c"}, True),
    ("NotEquals: missing attribute", "plan", "NotEquals", ["pro"], {}, False),
    ("NotEquals: only other attributes", "plan", "NotEquals", ["pro"], {"role": "x"}, False),
    ("NotEquals: empty attribute", "plan", "NotEquals", ["pro"], {"plan": ""}, True),
    ("NotEquals: empty value, empty attribute", "plan", "NotEquals", [""], {"plan": ""}, False),
    ("NotEquals: empty value, attribute with text", "plan", "NotEquals", [""], {"plan": "x"}, True),
    ("NotEquals: case differs", "plan", "NotEquals", ["pro"], {"plan": "PRO"}, True),
    ("NotEquals: decomposed against composed", "place", "NotEquals", [NFC], {"place": NFD}, True),
    ("NotEquals: same value twice", "plan", "NotEquals", ["a", "a"], {"plan": "a"}, False),
    ("Contains: in the middle", "email", "Contains", ["@acme."], {"email": "joe@acme.com"}, True),
    ("Contains: at the start", "email", "Contains", ["joe"], {"email": "joe@acme.com"}, True),
    ("Contains: at the end", "email", "Contains", [".com"], {"email": "joe@acme.com"}, True),
    ("Contains: the whole", "email", "Contains", ["joe"], {"email": "joe"}, True),
    ("Contains: absent", "email", "Contains", ["@beta."], {"email": "joe@acme.com"}, False),
    ("Contains: letters there but not together", "email", "Contains", ["jm"], {"email": "joe@acme.com"}, False),
    ("Contains: longer than the attribute", "email", "Contains", ["joe@acme.com"], {"email": "joe"}, False),
    ("Contains: case differs", "email", "Contains", ["ACME"], {"email": "joe@acme.com"}, False),
    ("Contains: empty attribute", "email", "Contains", ["a"], {"email": ""}, False),
    ("Contains: missing attribute", "email", "Contains", ["a"], {}, False),
    ("Contains: second of several", "email", "Contains", ["x", "acme"], {"email": "joe@acme.com"}, True),
    ("Contains: none of several", "email", "Contains", ["x", "y"], {"email": "joe@acme.com"}, False),
    ("Contains: found after a false start", "text", "Contains", ["aab"], {"text": "aaab"}, True),
    ("Contains: found after a longer false start", "text", "Contains", ["abcabd"], {"text": "abcabcabd"}, True),
    ("Contains: missed at the very end", "text", "Contains", ["aab"], {"text": "aaaa"}, False),
    ("Contains: multi-byte", "city", "Contains", ["京"], {"city": "東京都"}, True),
    ("Contains: base letter of a decomposed accent", "place", "Contains", ["e"], {"place": NFD}, True),
    ("Contains: base letter of a composed accent", "place", "Contains", ["e"], {"place": NFC}, False),
    ("Contains: emoji inside a ZWJ sequence", "mood", "Contains", ["👧"], {"mood": "👩‍👩‍👧"}, True),
    ("Contains: same value twice", "text", "Contains", ["b", "b"], {"text": "abc"}, True),
    ("StartsWith: start", "email", "StartsWith", ["admin"], {"email": "admin@acme.com"}, True),
    ("StartsWith: the whole", "email", "StartsWith", ["admin"], {"email": "admin"}, True),
    ("StartsWith: later only", "email", "StartsWith", ["acme"], {"email": "admin@acme.com"}, False),
    ("StartsWith: longer than the attribute", "email", "StartsWith", ["admin@"], {"email": "admin"}, False),
    ("StartsWith: case differs", "email", "StartsWith", ["Admin"], {"email": "admin@acme.com"}, False),
    ("StartsWith: empty attribute", "email", "StartsWith", ["a"], {"email": ""}, False),
    ("StartsWith: missing attribute", "email", "StartsWith", ["a"], {}, False),
    ("StartsWith: last of several", "email", "StartsWith", ["x", "y", "ad"], {"email": "admin"}, True),
    ("StartsWith: leading blank counts", "email", "StartsWith", ["ad"], {"email": " admin"}, False),
    ("StartsWith: multi-byte", "city", "StartsWith", ["東"], {"city": "東京"}, True),
    ("StartsWith: accent composed, attribute decomposed", "place", "StartsWith", [NFC], {"place": NFD + "s"}, False),
    ("StartsWith: base of a decomposed accent", "place", "StartsWith", ["cafe"], {"place": NFD}, True),
    ("EndsWith: end", "email", "EndsWith", ["@acme.com"], {"email": "joe@acme.com"}, True),
    ("EndsWith: the whole", "email", "EndsWith", ["joe"], {"email": "joe"}, True),
    ("EndsWith: earlier only", "email", "EndsWith", ["@acme"], {"email": "joe@acme.com"}, False),
    ("EndsWith: longer than the attribute", "email", "EndsWith", ["joe@acme.com"], {"email": "acme.com"}, False),
    ("EndsWith: case differs", "email", "EndsWith", ["@ACME.com"], {"email": "joe@acme.com"}, False),
    ("EndsWith: empty attribute", "email", "EndsWith", ["a"], {"email": ""}, False),
    ("EndsWith: missing attribute", "email", "EndsWith", ["a"], {}, False),
    ("EndsWith: second of several", "email", "EndsWith", ["@x.com", "@acme.com"], {"email": "joe@acme.com"}, True),
    ("EndsWith: trailing line end counts", "email", "EndsWith", [".com"], {"email": "joe@acme.com\n"}, False),
    ("EndsWith: multi-byte", "city", "EndsWith", ["京"], {"city": "東京"}, True),
    ("EndsWith: combining accent alone", "place", "EndsWith", ["\u0301"], {"place": NFD}, True),
    ("EndsWith: combining accent, composed attribute", "place", "EndsWith", ["\u0301"], {"place": NFC}, False),
    ("longest value equals", "text", "Equals", ["v" * 512], {"text": "v" * 512}, True),
    ("longest value, attribute one byte longer", "text", "StartsWith", ["v" * 512], {"text": "v" * 513}, True),
    ("longest value, attribute one byte shorter", "text", "Contains", ["v" * 512], {"text": "v" * 511}, False),
    ("longest attribute name", "n" * 128, "Equals", ["x"], {"n" * 128: "x"}, True),
]
# An SDK older than its server meets these; a server refuses them.
UNKNOWN = [
    ("unknown operator, same text", "plan", "Matches", ["pro"], {"plan": "pro"}, False),
    ("unknown operator, other text", "plan", "Matches", ["pro"], {"plan": "free"}, False),
    ("unknown operator, missing attribute", "plan", "Matches", ["pro"], {}, False),
    ("unknown operator: case of a known one differs", "plan", "equals", ["pro"], {"plan": "pro"}, False),
    ("unknown operator: a negation", "plan", "NotContains", ["pro"], {"plan": "free"}, False),
    ("unknown operator, empty value", "plan", "Matches", [""], {"plan": ""}, False),
]
SALT = "0123456789abcdef0123456789abcdef"


def hashes(*values, salt=SALT):
    return [reference.value_hash(salt, value) for value in values]


# What public clients get where values are hashed: name, operator, values, salt, attribute's value, whether it is listed.
HASHED = [
    ("same", hashes("pro"), SALT, "pro", True),
    ("other", hashes("pro"), SALT, "free", False),
    ("case differs", hashes("pro"), SALT, "Pro", False),
    ("first of several", hashes("a", "b", "c"), SALT, "a", True),
    ("last of several", hashes("a", "b", "c"), SALT, "c", True),
    ("none of several", hashes("a", "b", "c"), SALT, "d", False),
    ("empty value, empty attribute", hashes(""), SALT, "", True),
    ("text value, empty attribute", hashes("pro"), SALT, "", False),
    ("multi-byte", hashes("東京"), SALT, "東京", True),
    ("composed against decomposed", hashes(NFC), SALT, NFD, False),
    ("NUL inside", hashes("a\0b"), SALT, "a\0b", True),
    ("the attribute is the hash", hashes("pro"), SALT, *hashes("pro"), False),
    ("a value that is no hash", ["pro"], SALT, "pro", False),
    ("a hash in capitals", [hashes("pro")[0].upper()], SALT, "pro", False),
    ("a hash cut short", [hashes("pro")[0][:31]], SALT, "pro", False),
    ("another salt", hashes("pro"), SALT[::-1], "pro", False),
    ("no salt is an empty one", hashes("pro", salt=""), None, "pro", True),
    ("empty salt", hashes("pro", salt=""), "", "pro", True),
    ("salt of letters", hashes("pro", salt="é"), "é", "pro", True),
    ("one byte less than a block", hashes("v" * 31), SALT, "v" * 31, True),
    ("a whole block", hashes("v" * 32), SALT, "v" * 32, True),
    ("one byte more than a block", hashes("v" * 33), SALT, "v" * 33, True),
    ("two whole blocks", hashes("v" * 96), SALT, "v" * 96, True),
    ("longest value", hashes("v" * 512), SALT, "v" * 512, True),
    ("attribute longer than any value", hashes("v" * 512), SALT, "v" * 513, False),
]
LIST_SIZES = (4, 5, 7, 8, 9, 15, 16, 17, 32, 33, 50, 64, 65)


def cases():
    for row in HAND:
        yield case(*row)
    for row in UNKNOWN:
        yield {**case(*row), "lenient": True}
    for name, values, salt, actual, is_listed in HASHED:
        for operator, matches in (("EqualsHashed", is_listed), ("NotEqualsHashed", not is_listed)):
            yield hashed_case(f"{operator}: {name}", operator, values, salt, {"plan": actual}, matches)
    for operator in reference.HASHED_OPERATORS:
        yield hashed_case(f"{operator}: missing attribute", operator, hashes("pro"), SALT, {}, False)
        fifty = sorted(hashes(*(f"id-{n}" for n in range(50))))
        for actual, is_listed in (("id-0", True), ("id-49", True), ("id-50", False), ("id-", False)):
            name = f"{operator}: {actual} in 50 values"
            yield hashed_case(name, operator, fifty, SALT, {"plan": actual}, is_listed == (operator == "EqualsHashed"))
    yield from lists()


def lists():
    """Lists on both sides of any size at which an engine may start to look up instead of scanning."""
    for size in LIST_SIZES:
        values = [f"id-{n}" for n in range(size)]
        rows = [("first", values[0], True), ("middle", values[size // 2], True), ("last", values[-1], True)]
        rows += [("none", f"id-{size}", False), ("a prefix of several", "id-", False)]
        for where, actual, hit in rows:
            yield case(f"Equals: {where} of {size} values", "id", "Equals", values, {"id": actual}, hit)
        for where, actual, hit in rows[2:4]:
            yield case(f"NotEquals: {where} of {size} values", "id", "NotEquals", values, {"id": actual}, not hit)
    fifty = [f"id-{n}" for n in range(50)]
    yield case("Equals: 50 values, missing attribute", "id", "Equals", fifty, {}, False)
    yield case("NotEquals: 50 values, missing attribute", "id", "NotEquals", fifty, {}, False)
    yield case("Equals: 50 values, empty attribute", "id", "Equals", fifty, {"id": ""}, False)
    with_empty = [*fifty[:25], "", *fifty[25:]]
    yield case("Equals: an empty value among 51, empty attribute", "id", "Equals", with_empty, {"id": ""}, True)
    twice = fifty[:25] * 2
    yield case("Equals: 25 values twice, hit", "id", "Equals", twice, {"id": "id-24"}, True)
    yield case("Equals: 25 values twice, none", "id", "Equals", twice, {"id": "id-25"}, False)
    unsorted = [f"{n * 37 % 101}" for n in range(101)]
    yield case("Equals: 101 values in no order, hit", "id", "Equals", unsorted, {"id": "100"}, True)
    yield case("Equals: 101 values in no order, none", "id", "Equals", unsorted, {"id": "101"}, False)
    mixed = [word * length for length in range(1, 12) for word in ("a", "é", "京")]
    yield case("Equals: 33 values of many lengths, hit", "id", "Equals", mixed, {"id": "京" * 11}, True)
    yield case("Equals: 33 values of many lengths, none", "id", "Equals", mixed, {"id": "a" * 12}, False)
    ends = [f"@team-{n}.example" for n in range(50)]
    yield case("EndsWith: last of 50 values", "email", "EndsWith", ends, {"email": "a@team-49.example"}, True)
    yield case("EndsWith: none of 50 values", "email", "EndsWith", ends, {"email": "a@team-50.example"}, False)
    thousand = [f"{n}" for n in range(1000)]
    yield case("Equals: last of 1,000 values", "id", "Equals", thousand, {"id": "999"}, True)
    yield case("Equals: none of 1,000 values", "id", "Equals", thousand, {"id": "1000"}, False)


def hashed_case(name, operator, values, salt, attributes, matches):
    rule = {"attribute": "plan", "operator": operator, "values": values, **({} if salt is None else {"salt": salt})}
    assert reference.rule_matches(rule, attributes) == matches, name
    # A server refuses such a rule, too.
    return {"name": name, "rule": rule, "attributes": attributes, "matches": matches, "lenient": True}


def case(name, attribute, operator, values, attributes, matches):
    rule = {"attribute": attribute, "operator": operator, "values": values}
    assert reference.rule_matches(rule, attributes) == matches, name
    return {"name": name, "rule": rule, "attributes": attributes, "matches": matches}
