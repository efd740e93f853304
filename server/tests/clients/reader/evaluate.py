"""The answer for a user, and why."""

import hashlib
from typing import NamedTuple

from flag import MAX_VALUE
from murmur3 import bucket as bucket_of


class Answer(NamedTuple):
    """What a question is answered with. The bucket is in thousandths."""

    enabled: bool
    reason: str
    rule_index: int | None = None
    bucket: int | None = None


def evaluate(flag, user_key, attributes, default):
    if flag is None:
        return Answer(default, "FLAG_NOT_FOUND")
    if not flag.is_enabled:
        return Answer(False, "DISABLED")
    for index, rule in enumerate(flag.rules):
        if matches(rule, attributes):
            return Answer(True, "TARGETING_MATCH", rule_index=index)
    if flag.rollout in (None, 0, 100_000):
        return Answer(flag.rollout != 0, "STATIC")
    bucket = bucket_of(flag.key, user_key)
    return Answer(bucket < flag.rollout, "SPLIT", bucket=bucket)


def matches(rule, attributes):
    attribute = attributes.get(rule.attribute)
    if attribute is None:
        return False
    values = rule.values
    match rule.operator:
        case "Equals":
            return attribute in values
        case "NotEquals":
            return attribute not in values
        case "Contains":
            return any(value in attribute for value in values)
        case "StartsWith":
            return any(attribute.startswith(value) for value in values)
        case "EndsWith":
            return any(attribute.endswith(value) for value in values)
        case "EqualsHashed":
            return _hash(rule.salt, attribute) in values
        case "NotEqualsHashed":
            return _hash(rule.salt, attribute) not in values
    return False


def _hash(salt, attribute):
    data = attribute.encode()
    return hashlib.blake2s(salt.encode() + data, digest_size=16).hexdigest() if len(data) <= MAX_VALUE else None
