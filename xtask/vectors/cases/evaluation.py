"""Cases of evaluation.json: a set of flags and a question, with the whole answer."""

import reference

KIND = "evaluation"
WHAT = "Evaluation of one flag among several, with reason, rule index and bucket."

ACME = {"attribute": "email", "operator": "EndsWith", "values": ["@acme.com"]}
PRO = {"attribute": "plan", "operator": "Equals", "values": ["pro", "team"]}
NOT_FREE = {"attribute": "plan", "operator": "NotEquals", "values": ["free"]}
UNKNOWN = {"attribute": "plan", "operator": "Matches", "values": ["pro"]}
HASHED = {
    "attribute": "email",
    "operator": "EqualsHashed",
    "values": sorted(reference.value_hash("5a17", value) for value in ("ann@acme.com", "bob@acme.com")),
    "salt": "5a17",
}
MANY = {"attribute": "id", "operator": "Equals", "values": [f"id-{n}" for n in range(50)]}


def flag(key="new_checkout", on=True, rollout=None, rules=(), revision=1):
    return {
        "key": key,
        "is_enabled": on,
        "rollout_percentage": rollout,
        "rules": list(rules),
        "revision": revision,
    }


BOTH = [flag("dark_mode", rollout=0), flag("new_checkout", rollout=100, revision=2)]

# name, flags, question (defaults: new_checkout, user "alice", no attributes, default false), enabled, reason, rule index
HAND = [
    ("unknown flag, default false", [], {}, False, "FLAG_NOT_FOUND", None),
    ("unknown flag, default true", [], {"default_value": True}, True, "FLAG_NOT_FOUND", None),
    ("unknown flag among others", BOTH, {"flag_key": "beta", "default_value": True}, True, "FLAG_NOT_FOUND", None),
    ("unknown flag: keys are case-sensitive", BOTH, {"flag_key": "Dark_Mode"}, False, "FLAG_NOT_FOUND", None),
    ("unknown flag: a prefix of a key", BOTH, {"flag_key": "dark"}, False, "FLAG_NOT_FOUND", None),
    ("unknown flag: a key and more", BOTH, {"flag_key": "dark_mode2"}, False, "FLAG_NOT_FOUND", None),
    ("unknown flag: empty key", BOTH, {"flag_key": "", "default_value": True}, True, "FLAG_NOT_FOUND", None),
    ("unknown flag: no key that a flag could have", BOTH, {"flag_key": "dark mode"}, False, "FLAG_NOT_FOUND", None),
    ("unknown flag: multi-byte key", BOTH, {"flag_key": "dünkel"}, False, "FLAG_NOT_FOUND", None),
    ("disabled", [flag(on=False)], {}, False, "DISABLED", None),
    ("disabled, default true is not asked", [flag(on=False)], {"default_value": True}, False, "DISABLED", None),
    ("disabled beats a 100 % rollout", [flag(on=False, rollout=100)], {}, False, "DISABLED", None),
    (
        "disabled beats a matching rule",
        [flag(on=False, rules=[PRO])],
        {"attributes": {"plan": "pro"}},
        False,
        "DISABLED",
        None,
    ),
    (
        "a rule beats a 0 % rollout",
        [flag(rollout=0, rules=[ACME])],
        {"attributes": {"email": "joe@acme.com"}},
        True,
        "TARGETING_MATCH",
        0,
    ),
    (
        "a hashed rule matches behind one of which nobody knows the operator",
        [flag(rollout=0, rules=[UNKNOWN, PRO, HASHED])],
        {"attributes": {"email": "bob@acme.com", "plan": "free"}},
        True,
        "TARGETING_MATCH",
        2,
    ),
    (
        "a hashed rule does not match",
        [flag(rollout=0, rules=[HASHED])],
        {"attributes": {"email": "Bob@acme.com"}},
        False,
        "STATIC",
        None,
    ),
    (
        "a rule beats a rollout that leaves the user out",
        [flag(rollout=0.001, rules=[PRO])],
        {"attributes": {"plan": "team"}},
        True,
        "TARGETING_MATCH",
        0,
    ),
    (
        "a rule speaks before a 100 % rollout",
        [flag(rollout=100, rules=[PRO])],
        {"attributes": {"plan": "pro"}},
        True,
        "TARGETING_MATCH",
        0,
    ),
    (
        "a rule speaks before an absent rollout",
        [flag(rules=[PRO])],
        {"attributes": {"plan": "pro"}},
        True,
        "TARGETING_MATCH",
        0,
    ),
    (
        "the second rule matches",
        [flag(rollout=0, rules=[ACME, PRO])],
        {"attributes": {"email": "joe@beta.com", "plan": "pro"}},
        True,
        "TARGETING_MATCH",
        1,
    ),
    (
        "the first matching rule wins",
        [flag(rollout=0, rules=[ACME, PRO, NOT_FREE])],
        {"attributes": {"plan": "pro"}},
        True,
        "TARGETING_MATCH",
        1,
    ),
    (
        "the same rule twice: the first",
        [flag(rollout=0, rules=[PRO, PRO])],
        {"attributes": {"plan": "pro"}},
        True,
        "TARGETING_MATCH",
        0,
    ),
    (
        "the last of 64 rules",
        [flag(rollout=0, rules=[*[ACME] * 63, PRO])],
        {"attributes": {"plan": "pro"}},
        True,
        "TARGETING_MATCH",
        63,
    ),
    (
        "a large list after a small one",
        [flag(rollout=0, rules=[PRO, MANY])],
        {"attributes": {"plan": "free", "id": "id-49"}},
        True,
        "TARGETING_MATCH",
        1,
    ),
    (
        "an unknown operator is passed over, with its place kept",
        [flag(rollout=0, rules=[UNKNOWN, PRO])],
        {"attributes": {"plan": "pro"}},
        True,
        "TARGETING_MATCH",
        1,
    ),
    (
        "rules that miss, 0 %",
        [flag(rollout=0, rules=[ACME, PRO])],
        {"attributes": {"plan": "free"}},
        False,
        "STATIC",
        None,
    ),
    (
        "rules that miss, 100 %",
        [flag(rollout=100, rules=[ACME, PRO])],
        {"attributes": {"plan": "free"}},
        True,
        "STATIC",
        None,
    ),
    ("rules without attributes, no rollout", [flag(rules=[ACME, PRO])], {}, True, "STATIC", None),
    ("NotEquals and a missing attribute, 0 %", [flag(rollout=0, rules=[NOT_FREE])], {}, False, "STATIC", None),
    (
        "an unknown operator alone, 0 %",
        [flag(rollout=0, rules=[UNKNOWN])],
        {"attributes": {"plan": "pro"}},
        False,
        "STATIC",
        None,
    ),
    (
        "the user key is no attribute",
        [flag(rollout=0, rules=[{"attribute": "user_key", "operator": "Equals", "values": ["alice"]}])],
        {},
        False,
        "STATIC",
        None,
    ),
    ("no rollout", [flag()], {}, True, "STATIC", None),
    ("0 %", [flag(rollout=0)], {}, False, "STATIC", None),
    ("0 %, default true is not asked", [flag(rollout=0)], {"default_value": True}, False, "STATIC", None),
    ("100 %", [flag(rollout=100)], {}, True, "STATIC", None),
    ("no rollout, empty user key", [flag()], {"user_key": ""}, True, "STATIC", None),
    ("0 % at bucket 0", [flag(rollout=0)], {"user_key": "user-56546"}, False, "STATIC", None),
    ("100 % at bucket 99.999", [flag(rollout=100)], {"user_key": "user-36738"}, True, "STATIC", None),
    ("attributes without rules", [flag(rollout=100)], {"attributes": {"plan": "pro"}}, True, "STATIC", None),
    ("the other of two flags", BOTH, {"flag_key": "dark_mode"}, False, "STATIC", None),
    ("the one of two flags", BOTH, {}, True, "STATIC", None),
    ("the same key again replaces", [flag(rollout=0), flag(revision=2)], {}, True, "STATIC", None),
    ("0.001 % at bucket 0", [flag(rollout=0.001)], {"user_key": "user-56546"}, True, "SPLIT", None),
    ("0.001 % at bucket 0.001", [flag(rollout=0.001)], {"user_key": "user-124363"}, False, "SPLIT", None),
    ("99.999 % at bucket 99.998", [flag(rollout=99.999)], {"user_key": "user-211794"}, True, "SPLIT", None),
    ("99.999 % at bucket 99.999", [flag(rollout=99.999)], {"user_key": "user-36738"}, False, "SPLIT", None),
    ("99 % at bucket 99.999", [flag(rollout=99)], {"user_key": "user-36738"}, False, "SPLIT", None),
    ("0.1 % at bucket 0.099", [flag(rollout=0.1)], {"user_key": "user-143746"}, True, "SPLIT", None),
    ("0.1 % at bucket 0.1", [flag(rollout=0.1)], {"user_key": "user-171537"}, False, "SPLIT", None),
    ("1 % at bucket 0.999", [flag(rollout=1)], {"user_key": "user-2019"}, True, "SPLIT", None),
    ("1 % at bucket 1", [flag(rollout=1)], {"user_key": "user-248202"}, False, "SPLIT", None),
    ("12.345 % at bucket 12.344", [flag(rollout=12.345)], {"user_key": "user-7652"}, True, "SPLIT", None),
    ("12.345 % at bucket 12.345", [flag(rollout=12.345)], {"user_key": "user-15452"}, False, "SPLIT", None),
    ("50 % at bucket 49.999", [flag(rollout=50)], {"user_key": "user-75781"}, True, "SPLIT", None),
    ("50 % at bucket 50", [flag(rollout=50)], {"user_key": "user-81369"}, False, "SPLIT", None),
    ("20 % at bucket 20", [flag(rollout=20)], {}, False, "SPLIT", None),
    ("21 % at bucket 20", [flag(rollout=21)], {}, True, "SPLIT", None),
    ("20.001 % at bucket 20", [flag(rollout=20.001)], {}, True, "SPLIT", None),
    (
        "rules that miss, then the rollout takes the user",
        [flag(rollout=20.001, rules=[ACME, PRO])],
        {"attributes": {"plan": "free", "email": "joe@acme.com.example"}},
        True,
        "SPLIT",
        None,
    ),
    (
        "rules that miss, then the rollout leaves the user",
        [flag(rollout=20, rules=[ACME, MANY])],
        {"attributes": {"id": "id-50"}, "default_value": True},
        False,
        "SPLIT",
        None,
    ),
    (
        "an unknown operator, then the rollout",
        [flag(rollout=21, rules=[UNKNOWN])],
        {"attributes": {"plan": "pro"}},
        True,
        "SPLIT",
        None,
    ),
]
# Users whose place only the hash knows: name, flag key, user key.
USERS = [
    ("empty user key", "dark_mode", ""),
    ("two-byte letters", "dark_mode", "Zoë Müller"),
    ("three-byte letters", "dark_mode", "利用者１"),
    ("emoji", "dark_mode", "🚀"),
    ("composed accent", "dark_mode", "jos\u00e9"),
    ("decomposed accent", "dark_mode", "jose\u0301"),
    ("NUL inside", "dark_mode", "a\0b"),
    ("a colon", "dark_mode", "tenant:42"),
    ("longest flag key", "k" * 128, "user-1"),
    *((f"user-{n} of dark_mode", "dark_mode", f"user-{n}") for n in range(10)),
    *((f"user-{n} of new_checkout", "new_checkout", f"user-{n}") for n in range(5)),
]


def cases():
    for name, flags, question, enabled, reason, rule_index in HAND:
        made = case(name, flags, **question)
        found = made["expect"]
        assert (found["enabled"], found["reason"], found["rule_index"]) == (enabled, reason, rule_index), name
        yield made
    for name, flag_key, user_key in USERS:
        yield case(f"50 %: {name}", [flag(flag_key, rollout=50)], flag_key, user_key)


def case(name, flags, flag_key="new_checkout", user_key="alice", attributes=None, default_value=False):
    attributes = attributes or {}
    operators = {rule["operator"] for made in flags for rule in made["rules"]}
    return {
        "name": name,
        **({} if operators <= reference.OPERATORS.keys() else {"lenient": True}),
        "flags": flags,
        "flag_key": flag_key,
        "user_key": user_key,
        "attributes": attributes,
        "default_value": default_value,
        "expect": reference.evaluate(flags, flag_key, user_key, attributes, default_value),
        "static_answer": reference.static_answer(flags, flag_key),
    }
