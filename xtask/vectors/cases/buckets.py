"""Cases of buckets.json: where a flag key and a user key put a user, and which rollouts take them in."""

import reference

KIND = "bucket"
WHAT = "Bucket of a user in thousandths of a percent, and whether a rollout takes the user in."

# Users that the hash puts at an edge, found by search; the bucket stands here so that a slip in either shows.
EDGES = [
    ("user-56546", 0),
    ("user-124363", 1),
    ("user-55701", 10),
    ("user-143746", 99),
    ("user-171537", 100),
    ("user-2019", 999),
    ("user-248202", 1_000),
    ("user-50428", 1_234),
    ("user-7652", 12_344),
    ("user-15452", 12_345),
    ("alice", 20_000),
    ("user-75781", 49_999),
    ("user-81369", 50_000),
    ("user-211794", 99_998),
    ("user-36738", 99_999),
]
USERS = [
    ("empty user key", "dark_mode", ""),
    ("shortest flag key, empty user key", "a", ""),
    ("plain", "dark_mode", "user-1"),
    ("same user, another flag", "new_checkout", "user-1"),
    ("user key of digits", "dark_mode", "42"),
    ("a colon in the user key", "dark_mode", "tenant:42"),
    ("user key of one colon", "dark_mode", ":"),
    ("user keys are case-sensitive, lower", "dark_mode", "alice"),
    ("user keys are case-sensitive, upper", "dark_mode", "Alice"),
    ("blanks are kept", "dark_mode", " alice "),
    ("two-byte letters", "dark_mode", "Zoë Müller"),
    ("composed accent", "dark_mode", "jos\u00e9"),
    ("decomposed accent", "dark_mode", "jose\u0301"),
    ("three-byte letters", "dark_mode", "利用者１"),
    ("right to left", "dark_mode", "משתמש"),
    ("emoji", "dark_mode", "🚀"),
    ("emoji joined by ZWJ", "dark_mode", "👩‍👩‍👧‍👦"),
    ("NUL inside", "dark_mode", "a\0b"),
    ("quotes, backslash and a line end", "dark_mode", '"a\\b"\n'),
    ("uuid", "dark_mode", "3f2b8c1e-9a4d-4b6f-8e0a-1c2d3e4f5a6b"),
    ("e-mail", "dark_mode", "someone.with.a.long.name+tag@mail.example.com"),
    ("every kind of letter in the flag key", "Beta.search-v2_0", "user-7"),
    ("longest flag key", "k" * 128, "user-1"),
    ("longest flag key, empty user key", "k" * 128, ""),
]
LONG = [
    ("user key of 10,000 letters", "dark_mode", "ab", 5_000),
    ("user key of 10,001 bytes in three-byte letters", "dark_mode", "日本語のフラグかな", 1_111),
    ("user key of 1,000 emoji", "new_checkout", "🚩", 1_000),
]
ROLLOUTS = [None, 0, 1, 100, 1_000, 12_345, 50_000, 99_999, 100_000]


def cases():
    for user_key, expected in EDGES:
        assert reference.bucket("new_checkout", user_key) == expected, user_key
        yield case(f"edge: bucket {expected}", "new_checkout", {"user_key": user_key}, user_key)
    for name, flag_key, user_key in USERS:
        yield case(name, flag_key, {"user_key": user_key}, user_key)
    for name, flag_key, text, times in LONG:
        yield case(name, flag_key, {"user_key_repeat": {"text": text, "times": times}}, text * times)
    # Every place in a block where the kept hash state after `flag_key:` can stop, with every tail after it.
    for prefix in range(4, 8):
        for length in range(10):
            flag_key, user_key = "flagkey"[: prefix - 1], "012345678"[:length]
            name = f"{prefix} bytes before the user key, {length} in it"
            yield case(name, flag_key, {"user_key": user_key}, user_key, rollouts=[50_000])


def case(name, flag_key, given, user_key, rollouts=None):
    place = reference.bucket(flag_key, user_key)
    whole = place // 1000 * 1000
    # The user's own edges: at the bucket they are out, one thousandth above they are in; likewise whole percentages.
    edges = {place, place + 1, whole, whole + 1000, *(rate for rate in ROLLOUTS if rate is not None)}
    chosen = rollouts or [None, *sorted(edges)]
    return {
        "name": name,
        "flag_key": flag_key,
        **given,
        "hash": reference.flag_hash(flag_key, user_key),
        "bucket_thousandths": place,
        "in_rollout": [{"rollout_thousandths": rate, "enabled": reference.in_rollout(place, rate)} for rate in chosen],
    }
