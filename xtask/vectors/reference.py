"""Evaluation from its definition, in plain Python: the second opinion that the vectors take their values from.

Not the engine: slow, obvious, and sharing no line with it. The hash is mmh3's; operators are Python's own on bytes.
"""

import hashlib
import re
from decimal import Decimal

import mmh3

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
REVISION_MAX = (1 << 53) - 1


def murmur3(data, seed=0):
    return mmh3.hash(data, seed, signed=False)


def flag_hash(flag_key, user_key):
    return murmur3(f"{flag_key}:{user_key}".encode())


def bucket(flag_key, user_key):
    """Where the hash puts a user, in thousandths of a percent: 0..=99,999."""
    hashed = flag_hash(flag_key, user_key)
    return hashed % 100 * 1000 + hashed // 100 % 1000


def in_rollout(bucket_thousandths, rollout_thousandths):
    return rollout_thousandths is None or bucket_thousandths < rollout_thousandths


OPERATORS = {
    "Equals": lambda actual, values: actual in values,
    "NotEquals": lambda actual, values: actual not in values,
    "Contains": lambda actual, values: any(value in actual for value in values),
    "StartsWith": lambda actual, values: any(actual.startswith(value) for value in values),
    "EndsWith": lambda actual, values: any(actual.endswith(value) for value in values),
}


# What public clients get of rules whose values are hashed; nobody writes these.
HASHED_OPERATORS = {"EqualsHashed": OPERATORS["Equals"], "NotEqualsHashed": OPERATORS["NotEquals"]}


def value_hash(salt, value):
    return hashlib.blake2s((salt + value).encode(), digest_size=16).hexdigest()


def rule_matches(rule, attributes):
    operator = {**OPERATORS, **HASHED_OPERATORS}.get(rule["operator"])
    actual = attributes.get(rule["attribute"])
    if operator is None or actual is None:
        return False
    if rule["operator"] in HASHED_OPERATORS:
        actual = value_hash(rule.get("salt", ""), actual)
    return operator(actual.encode(), [value.encode() for value in rule["values"]])


def thousandths(percentage):
    return None if percentage is None else int(Decimal(str(percentage)) * 1000)


def evaluate(flags, flag_key, user_key, attributes, default_value):
    flag = {flag["key"]: flag for flag in flags}.get(flag_key)
    if flag is None:
        return answer(default_value, "FLAG_NOT_FOUND")
    if not flag.get("is_enabled", False):
        return answer(False, "DISABLED")
    for index, rule in enumerate(flag.get("rules", [])):
        if rule_matches(rule, attributes):
            return answer(True, "TARGETING_MATCH", rule_index=index)
    rollout = thousandths(flag.get("rollout_percentage"))
    if rollout in (None, 0, 100_000):
        return answer(rollout != 0, "STATIC")
    place = bucket(flag_key, user_key)
    return answer(in_rollout(place, rollout), "SPLIT", bucket_thousandths=place)


def answer(enabled, reason, rule_index=None, bucket_thousandths=None):
    return {"enabled": enabled, "reason": reason, "rule_index": rule_index, "bucket_thousandths": bucket_thousandths}


def static_answer(flags, flag_key):
    """The answer that is the same for everyone, or None where it depends on the user or on the caller's default."""
    flag = {flag["key"]: flag for flag in flags}.get(flag_key)
    if flag is None:
        return None
    if not flag.get("is_enabled", False):
        return False
    rollout = thousandths(flag.get("rollout_percentage"))
    if flag.get("rules") or rollout not in (None, 0, 100_000):
        return None
    return rollout != 0


def fnv1a64(data):
    """Fowler/Noll/Vo 1a, 64 bits."""
    hashed = 0xCBF29CE484222325
    for byte in data:
        hashed = (hashed ^ byte) * 0x100000001B3 & MASK
    return hashed


def fmix64(value):
    """MurmurHash3's 64-bit finalizer."""
    value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & MASK
    value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & MASK
    return value ^ value >> 33


def digest(flags):
    total = sum(fmix64(fnv1a64(key.encode()) ^ revision * GOLDEN & MASK) for key, revision in flags)
    return f"{total & MASK:016x}"


EVENT_ID = re.compile(r"([A-Za-z0-9._-]{1,64}):(0|[1-9][0-9]{0,15})")


def parse_event_id(text):
    """(epoch, revision), or None."""
    found = EVENT_ID.fullmatch(text)
    if found is None or int(found[2]) > REVISION_MAX:
        return None
    return found[1], int(found[2])


def check_reference():
    """Published values that hold this file itself to the definitions."""
    hashes = b"".join(murmur3(bytes(range(n)), 256 - n).to_bytes(4, "little") for n in range(256))
    assert murmur3(hashes) == 0xB0F57EE3, "SMHasher's verification value of MurmurHash3_x86_32"
    assert fnv1a64(b"") == 0xCBF29CE484222325, "FNV-1a of nothing"
    assert fnv1a64(b"a") == 0xAF63DC4C8601EC8C, "FNV-1a of a"
    assert fnv1a64(b"foobar") == 0x85944171F73967E8, "FNV-1a of foobar"
    assert fmix64(0) == 0 and fmix64(1) == 0xB456BCFC34C2CB2C, "fmix64 of 0 and 1"
