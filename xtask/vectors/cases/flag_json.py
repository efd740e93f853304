"""Cases of flag_json.json: flag documents, accepted with their canonical encoding or refused with the field at fault.

The fields' own tables are in flag_fields.py, the text's (grammar, escapes, depth) in flag_text.py.
"""

import re

import flag_document
from cases import flag_fields, flag_text
from cases.flag_case import Template
from sync_messages import Fault, read_change

KIND = "flag_json"
WHAT = "Flag documents, strict and lenient: accepted with the canonical encoding, or refused with the field's path."


def cases():
    for row in [*flag_fields.rows(), *flag_text.rows()]:
        strict, lenient = verdict_of(row, row.strict, False), verdict_of(row, row.lenient, True)
        document = given(row.document)
        taken = row.lenient.accepted if row.stream is None else row.stream
        assert on_stream(row.document) == taken, f"{row.name}: on a stream"
        if taken != row.lenient.accepted:
            lenient["stream"] = taken
        if {**strict, "stream": None} == {**lenient, "stream": None}:
            yield {"name": row.name, "mode": "both", **document, **lenient}
        else:
            yield {"name": f"{row.name}, strict", "mode": "strict", **document, **strict}
            yield {"name": f"{row.name}, lenient", "mode": "lenient", **document, **lenient}


def on_stream(document):
    """Whether an engine takes the flag in a change whose data has the document's lines."""
    # What is no UTF-8 is mended by the stream's parser, and lines end as a stream's do.
    lines = re.split("\r\n|\r|\n", data(document).decode("utf-8", "replace"))
    try:
        read_change("\n".join(['{"type":"UPSERT","flag":', *lines, "}"]))
    except Fault:
        return False
    return True


def verdict_of(row, verdict, lenient):
    """What the vector says of a mode, once the reference agrees with the hand-written verdict."""
    try:
        canonical = flag_document.canonical(data(row.document), lenient)
    except flag_document.Refused as refused:
        assert not verdict.accepted, f"{row.name}: refused at {refused.path!r}"
        assert verdict.path in (None, refused.path), f"{row.name}: at {refused.path!r}, not {verdict.path!r}"
        return {"accepted": False} if verdict.path is None else {"accepted": False, "error_path": verdict.path}
    assert verdict.accepted, f"{row.name}: accepted"
    # What is canonical stays as it is.
    assert flag_document.canonical(canonical.encode(), lenient) == canonical, row.name
    if isinstance(verdict.holds, Template):
        assert verdict.holds.text() == canonical, row.name
        return {"accepted": True, "canonical_template": verdict.holds.fields()}
    assert verdict.holds in canonical, f"{row.name}: {verdict.holds} is not in {canonical}"
    return {"accepted": True, "canonical": canonical}


def given(document):
    if isinstance(document, Template):
        return {"json_template": document.fields()}
    if isinstance(document, bytes):
        return {"json_hex": document.hex()}
    return {"json": document}


def data(document):
    if isinstance(document, Template):
        return document.text().encode()
    return document if isinstance(document, bytes) else document.encode()
