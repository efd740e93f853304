"""What the stream's messages say: changes, `ready`, `heartbeat`. A flag is held as it came."""

import re
from dataclasses import dataclass

import flag_document
import reference
from flag_document import Object, Refused, require


class Fault(Exception):
    """What the stream must not say; its text is the error's code. Only a full replay trusts the server again."""


def expect(condition, code="INVALID_STREAM"):
    if not condition:
        raise Fault(code)


@dataclass(frozen=True)
class Flag:
    """A flag that a client holds: the text of its document, in one line, and what the client must know of it."""

    key: str
    revision: int
    document: str


def read_fields(data, *required):
    try:
        document = flag_document.parse(data.encode())
        require(isinstance(document, Object), "")
        fields = dict(document)
        for name in required:
            require(name in fields, name)
        return fields
    except Refused as refused:
        raise Fault("INVALID_STREAM") from refused


def read_string(value):
    expect(isinstance(value, str) and not isinstance(value, flag_document.Number))
    return value


def read_number(value):
    try:
        return int(flag_document.read_revision(value, "", True))
    except Refused as refused:
        raise Fault("INVALID_STREAM") from refused


def read_change(data):
    """(type, key, flag). An unknown type has neither key nor flag."""
    fields = read_fields(data, "type")
    kind = read_string(fields["type"])
    try:
        if kind == "UPSERT":
            require("flag" in fields, "flag")
            key, revision = flag_document.on_stream(fields["flag"])
            # Lines of data are joined by a line end, which stands between two of JSON's tokens: a blank like any other.
            document = dict(flag_document.members(data))["flag"].replace("\n", "\t")
            return kind, key, Flag(key, revision, document)
        if kind == "DELETE":
            require("key" in fields, "key")
            flag_document.read_key(fields["key"], "key", True)
            return kind, fields["key"], None
    except Refused as refused:
        raise Fault("INVALID_STREAM") from refused
    return kind, None, None


def key_revisions(flags):
    return [[key, flags[key].revision] for key in sorted(flags)]


def read_heartbeat(data):
    """(revision, digest)."""
    fields = read_fields(data, "revision", "digest")
    digest = read_string(fields["digest"])
    expect(re.fullmatch("[0-9a-f]{16}", digest))
    return read_number(fields["revision"]), digest


def stage(data, staged):
    kind, key, flag = read_change(data)
    expect(kind != "DELETE")
    if kind == "UPSERT":
        staged[key] = flag
    return kind


def read_ready(data, id, staged):
    """The id that the staged flags make."""
    found = reference.parse_event_id(id)
    fields = read_fields(data, "revision", "flags")
    expect(found is not None)
    expect(read_number(fields["revision"]) == found[1] and read_number(fields["flags"]) == len(staged))
    return found
