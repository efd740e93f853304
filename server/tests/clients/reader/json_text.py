"""JSON as the protocol reads it: strict, bounded in depth, numbers as their text, each value with its own text.

Python's `json` takes `NaN`, lone surrogates and any depth, and gives no texts.
"""

import re
from typing import NamedTuple

from fault import Wrong

MAX_DEPTH = 32
_BLANKS = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_WORDS = {"true": True, "false": False, "null": None}
_ESCAPES = dict(zip('"\\/bfnrt', '"\\/\b\f\n\r\t'))
_HEX4 = re.compile(r"[0-9A-Fa-f]{4}")


class Value(NamedTuple):
    """One value: its kind, what it is, and how it is written."""

    kind: str
    content: object
    text: str


def parse_document(text):
    """The one value of a document. An object's content is a list of pairs, an array's a list, a number's its text."""
    value, at = _value(text, _skip(text, 0), 1)
    if _skip(text, at) != len(text):
        raise Wrong("something stands behind the JSON document")
    return value


def fields_of(value):
    """The fields of an object; of two with one name both, in their order."""
    return expect(value, "object")


def expect(value, kind):
    if value.kind != kind:
        raise Wrong(f"{kind} is expected, not {value.text[:80]}")
    return value.content


def _value(text, at, depth):
    first = text[at : at + 1]
    start = at
    if first == '"':
        content, at = _string(text, at)
        kind = "string"
    elif first == "{" or first == "[":
        if depth > MAX_DEPTH:
            raise Wrong(f"JSON deeper than {MAX_DEPTH}")
        kind, read, end = ("object", _member, "}") if first == "{" else ("array", _value, "]")
        content, at = _items(text, at + 1, depth + 1, read, end)
    elif number := _NUMBER.match(text, at):
        kind, content, at = "number", number.group(), number.end()
    else:
        word = next((word for word in _WORDS if text.startswith(word, at)), None)
        if word is None:
            raise Wrong(f"no JSON at {text[at : at + 20]!r}")
        kind, content, at = "null" if word == "null" else "boolean", _WORDS[word], at + len(word)
    return Value(kind, content, text[start:at]), at


def _items(text, at, depth, read, end):
    items = []
    at = _skip(text, at)
    if text.startswith(end, at):
        return items, at + 1
    while True:
        item, at = read(text, _skip(text, at), depth)
        items.append(item)
        at = _skip(text, at)
        if text.startswith(end, at):
            return items, at + 1
        at = _take(text, at, ",")


def _member(text, at, depth):
    name, at = _string(text, at)
    at = _take(text, _skip(text, at), ":")
    value, at = _value(text, _skip(text, at), depth)
    return (name, value), at


def _string(text, at):
    at = _take(text, at, '"')
    parts = []
    while True:
        plain = _PLAIN.match(text, at)
        parts.append(plain.group())
        at = plain.end()
        if text.startswith('"', at):
            return "".join(parts), at + 1
        at = _take(text, at, "\\")
        letter = text[at : at + 1]
        if letter == "u":
            character, at = _code(text, at + 1)
        elif letter in _ESCAPES:
            character, at = _ESCAPES[letter], at + 1
        else:
            raise Wrong("an escape that JSON does not have")
        parts.append(character)


def _code(text, at):
    code, at = _hex4(text, at)
    if 0xD800 <= code < 0xDC00 and text.startswith("\\u", at):
        low, at = _hex4(text, at + 2)
        if not 0xDC00 <= low < 0xE000:
            raise Wrong("half a surrogate pair")
        return chr(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00), at
    if 0xD800 <= code < 0xE000:
        raise Wrong("half a surrogate pair")
    return chr(code), at


def _hex4(text, at):
    digits = _HEX4.match(text, at)
    if not digits:
        raise Wrong("an escape without four hexadecimal digits")
    return int(digits.group(), 16), digits.end()


def _take(text, at, character):
    if not text.startswith(character, at):
        raise Wrong(f"{character} is missing at {text[at : at + 20]!r}")
    return at + 1


def _skip(text, at):
    return _BLANKS.match(text, at).end()
