"""A flag, its rules, and changes, read from their JSON."""

import re
from typing import NamedTuple

from event_id import parse_revision
from fault import Wrong
from json_text import expect, fields_of

MAX_RULES = 64
MAX_VALUES = 1000
MAX_VALUE = 512
MAX_ATTRIBUTE = 128
SUBSTRING_OPERATORS = ("Contains", "StartsWith", "EndsWith")
_KEY = re.compile(r"[A-Za-z0-9._-]{1,128}")
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")


class Rule(NamedTuple):
    """One attribute, one operator, the values it is held against."""

    attribute: str
    operator: str
    values: list
    salt: str = ""


class Flag(NamedTuple):
    """What evaluation needs, and the document as it came."""

    key: str
    is_enabled: bool
    rollout: int | None
    rules: list
    revision: int
    document: str


class Change(NamedTuple):
    """UPSERT has a flag, DELETE a key; a change of a later version has neither."""

    flag: Flag | None = None
    key: str | None = None


def read_change(value):
    fields = fields_of(value)
    kinds = [expect(content, "string") for name, content in fields if name == "type"]
    if not kinds:
        raise Wrong("a change without a type")
    wanted, read = {"UPSERT": ("flag", read_flag), "DELETE": ("key", read_key)}.get(kinds[-1], (None, None))
    if wanted is None:
        return Change()
    contents = [read(content) for name, content in fields if name == wanted]
    if not contents:
        raise Wrong(f"{kinds[-1]} without {wanted}")
    return Change(**{wanted: contents[-1]})


def read_flag(value):
    readers = {
        "key": read_key,
        "is_enabled": lambda enabled: expect(enabled, "boolean"),
        "rollout_percentage": read_rollout,
        "rules": read_rules,
        "revision": lambda revision: parse_revision(expect(revision, "number")),
    }
    defaults = {"is_enabled": False, "rollout_percentage": None, "rules": [], "revision": 0}
    read = _read(value, readers, ["key"])
    found = {**defaults, **read}
    return Flag(
        found["key"], found["is_enabled"], found["rollout_percentage"], found["rules"], found["revision"], value.text
    )


def read_key(value):
    key = expect(value, "string")
    if not _KEY.fullmatch(key):
        raise Wrong(f"{key[:140]!r} is no flag's key")
    return key


def read_rollout(value):
    """Thousandths of a percent; None for all."""
    if value.kind == "null":
        return None
    sign, whole, fraction, exponent = _NUMBER.fullmatch(expect(value, "number")).groups()
    fraction = fraction or ""
    digits = (whole + fraction).strip("0")
    if not digits:
        return 0
    zeros = len(whole + fraction) - len((whole + fraction).rstrip("0"))
    # A share has six digits at most, so an exponent far off is wrong however it is written.
    power = int(exponent or 0) - len(fraction) + zeros + 3 if len(exponent or "") < 1000 else -1
    if sign or not 0 <= power <= 6 - len(digits) or int(digits) * 10**power > 100_000:
        raise Wrong(f"{value.text[:80]} is no percentage from 0 to 100 with at most three decimals")
    return int(digits) * 10**power


def read_rules(value):
    rules = expect(value, "array")
    if len(rules) > MAX_RULES:
        raise Wrong(f"{len(rules)} rules")
    return [read_rule(rule) for rule in rules]


def read_rule(value):
    readers = {
        "attribute": lambda name: _bounded(name, 1, MAX_ATTRIBUTE),
        "operator": lambda operator: expect(operator, "string"),
        "values": _values,
        "salt": lambda salt: expect(salt, "string"),
    }
    rule = Rule(**_read(value, readers, ["attribute", "operator", "values"]))
    if rule.operator in SUBSTRING_OPERATORS and "" in rule.values:
        raise Wrong(f"an empty value with {rule.operator}")
    return rule


def _values(value):
    values = expect(value, "array")
    if not 1 <= len(values) <= MAX_VALUES:
        raise Wrong(f"{len(values)} values")
    return [_bounded(item, 0, MAX_VALUE) for item in values]


def _bounded(value, least, most):
    text = expect(value, "string")
    if not least <= len(text.encode()) <= most:
        raise Wrong(f"a text of {len(text.encode())} bytes, not {least} to {most}")
    return text


def _read(value, readers, required):
    """The fields that have a reader; each is read, of two the later counts."""
    read = {name: readers[name](content) for name, content in fields_of(value) if name in readers}
    missing = [name for name in required if name not in read]
    if missing:
        raise Wrong(f"{missing[0]} is missing")
    return read
