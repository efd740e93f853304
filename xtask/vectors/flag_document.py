"""Flag documents from their definition: Python's json for the grammar, an explicit check for the schema.

`canonical(data, lenient)` gives the canonical encoding or raises Refused with the path of the field at fault
(None where the text is no JSON at all: where a reader notices that is its own affair). `on_stream(flag)` says what an
engine reads of a flag that its stream brings: all but what is for people, which it carries as it came.
"""

import json
import re
from datetime import date
from decimal import Decimal

MAX_DEPTH = 32
OPERATORS = ("Equals", "NotEquals", "Contains", "StartsWith", "EndsWith")
HASHABLE = ("Equals", "NotEquals")
NO_EMPTY_VALUE = ("Contains", "StartsWith", "EndsWith")
NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?")
TIMESTAMP = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?Z")


class Refused(Exception):
    def __init__(self, path):
        super().__init__(path)
        self.path = path


class Object(list):
    """A JSON object as the pairs that were written, doubles included."""


class Number(str):
    """A JSON number as it was written."""


def canonical(data, lenient):
    return encode(parse(data), lenient)


def encode(flag, lenient):
    """The canonical encoding of a flag that is already parsed, alone or inside a larger document."""
    require(isinstance(flag, Object), "")
    fields = take_fields(flag, FIELDS, "", lenient)
    require("key" in fields, "key")
    out = {name: default for name, (_, default) in FIELDS.items() if default or name in fields}
    for name, value in fields.items():
        out[name] = FIELDS[name][0](value, name, lenient)
    return "{" + ",".join(f'"{name}":{text}' for name, text in out.items()) + "}"


def on_stream(flag):
    """(key, revision) of a flag that is already parsed."""
    require(isinstance(flag, Object), "")
    fields = take_fields(flag, FIELDS, "", True)
    require("key" in fields, "key")
    for name, value in fields.items():
        if name not in FOR_PEOPLE:
            FIELDS[name][0](evaluated_rules(value) if name == "rules" else value, name, True)
    return fields["key"], int(fields.get("revision", "0"))


def evaluated_rules(rules):
    """Rules without what is for people alone."""
    if not isinstance(rules, list) or isinstance(rules, Object):
        return rules
    without = (lambda rule: Object(pair for pair in rule if pair[0] != "hash_values") if isinstance(rule, Object) else rule)
    return [without(rule) for rule in rules]


def members(text):
    """The members of an object's text: each name and its value's text as it was written."""
    decoder, blank = json.JSONDecoder(), re.compile(r"[ \t\n\r]*")
    at = text.index("{")
    while text[at] != "}":
        name, at = decoder.raw_decode(text, blank.match(text, at + 1).end())
        start = blank.match(text, text.index(":", at) + 1).end()
        _, end = decoder.raw_decode(text, start)
        yield name, text[start:end]
        at = blank.match(text, end).end()


def parse(data):
    try:
        text = data.decode("utf-8")
        check_depth(text)
        value = json.loads(
            text, object_pairs_hook=Object, parse_int=Number, parse_float=Number, parse_constant=no_constant
        )
        check_surrogates(value)
        return value
    except ValueError as error:
        raise Refused(None) from error


def no_constant(text):
    raise ValueError(f"{text} is no JSON")


def check_depth(text):
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError("too deep")
        elif character in "]}":
            depth -= 1


def check_surrogates(value):
    if isinstance(value, str):
        value.encode("utf-8")
    elif isinstance(value, Object):
        for name, held in value:
            check_surrogates(name)
            check_surrogates(held)
    elif isinstance(value, list):
        for held in value:
            check_surrogates(held)


def require(condition, path):
    if not condition:
        raise Refused(path)


def take_fields(pairs, known, prefix, lenient):
    fields = {}
    for name, value in pairs:
        if not lenient:
            require(name in known and name not in fields, prefix + name)
        if name in known:
            fields[name] = value
    return fields


def string(value, path, least, most):
    require(isinstance(value, str) and not isinstance(value, Number), path)
    require(least <= len(value.encode()) <= most, path)
    return quote(value)


def read_key(value, path, lenient):
    encoded = string(value, path, 1, 128)
    require(re.fullmatch(r"[A-Za-z0-9._-]+", value), path)
    return encoded


def read_bool(value, path, lenient):
    require(isinstance(value, bool), path)
    return "true" if value else "false"


def read_percentage(value, path, lenient):
    if value is None:
        return "null"
    require(isinstance(value, Number), path)
    sign, whole, fraction, exponent = NUMBER.fullmatch(value).groups(default="")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return "0"
    require(sign == "", path)
    trailing = len(digits) - len(digits.rstrip("0"))
    digits = digits.rstrip("0")
    power = int(exponent or "0") - len(fraction) + trailing
    # Exact: digits x 10^power, no trailing zero in digits. Anything outside these bounds is no thousandth or above 100.
    require(power >= -3 and len(digits) + power <= 3, path)
    exact = int(digits) * Decimal(10) ** power
    require(exact <= 100, path)
    text = f"{exact:f}"
    return text


def read_description(value, path, lenient):
    return "null" if value is None else string(value, path, 0, 1024)


def read_rules(value, path, lenient):
    require(isinstance(value, list) and not isinstance(value, Object) and len(value) <= 64, path)
    return "[" + ",".join(read_rule(rule, f"{path}[{index}]", lenient) for index, rule in enumerate(value)) + "]"


def read_rule(value, path, lenient):
    require(isinstance(value, Object), path)
    known = ("attribute", "operator", "values", "hash_values") + (("salt",) if lenient else ())
    fields = take_fields(value, known, path + ".", lenient)
    for name in ("attribute", "operator", "values"):
        require(name in fields, f"{path}.{name}")
    attribute = string(fields["attribute"], f"{path}.attribute", 1, 128)
    operator = fields["operator"]
    encoded_operator = string(operator, f"{path}.operator", 0, 1 << 32)
    require(lenient or operator in OPERATORS, f"{path}.operator")
    values = fields["values"]
    require(isinstance(values, list) and not isinstance(values, Object), f"{path}.values")
    require(1 <= len(values) <= 1000, f"{path}.values")
    least = 1 if operator in NO_EMPTY_VALUE else 0
    encoded = [string(text, f"{path}.values[{index}]", least, 512) for index, text in enumerate(values)]
    hash_values = read_bool(fields.get("hash_values", False), f"{path}.hash_values", lenient) == "true"
    require(lenient or not hash_values or operator in HASHABLE, f"{path}.hash_values")
    more = ',"hash_values":true' if hash_values else ""
    if "salt" in fields:
        more += f',"salt":{string(fields["salt"], f"{path}.salt", 0, 1 << 32)}'
    return f'{{"attribute":{attribute},"operator":{encoded_operator},"values":[{",".join(encoded)}]{more}}}'


def read_revision(value, path, lenient):
    require(isinstance(value, Number) and value.isdigit() and int(value) <= (1 << 53) - 1, path)
    return str(int(value))


def read_timestamp(value, path, lenient):
    require(isinstance(value, str) and not isinstance(value, Number), path)
    found = TIMESTAMP.fullmatch(value)
    require(found, path)
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    require(1970 <= year <= 9999 and hour < 24 and minute < 60 and second < 60, path)
    try:
        date(year, month, day)
    except ValueError as error:
        raise Refused(path) from error
    millisecond = ((found[7] or "") + "000")[:3]
    return f'"{value[:19]}.{millisecond}Z"'


SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


# Unicode's line ends beyond ASCII: a reader of the stream might cut a line there.
LINE_ENDS = "\u0085\u2028\u2029"


def quote(text):
    escaped = (SHORT.get(c) or (f"\\u{ord(c):04x}" if c < " " or c in LINE_ENDS else c) for c in text)
    return '"' + "".join(escaped) + '"'


EPOCH = '"1970-01-01T00:00:00.000Z"'
FOR_PEOPLE = ("description", "client_visible", "created_at", "updated_at")
# How each is read, and what it is where it is absent; nothing: then it is left out.
FIELDS = {
    "key": (read_key, ""),
    "is_enabled": (read_bool, "false"),
    "rollout_percentage": (read_percentage, "null"),
    "description": (read_description, "null"),
    "client_visible": (read_bool, ""),
    "rules": (read_rules, "[]"),
    "revision": (read_revision, "0"),
    "created_at": (read_timestamp, EPOCH),
    "updated_at": (read_timestamp, EPOCH),
}
