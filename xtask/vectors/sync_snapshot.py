"""Snapshots: the flags of a client as text that it can start from later."""

import re

import event_stream
import reference
from sync_messages import expect, read_ready, stage

SNAPSHOT = re.compile(rb"(: sidekick-snapshot 2\n.*)2([0-9]{10})\n", re.DOTALL)


def read_snapshot(data):
    """(id, flags) of an exported snapshot; raises Fault."""
    found = SNAPSHOT.fullmatch(data)
    expect(found)
    body = found[1]
    expect(int(found[2]) == reference.murmur3(body))
    staged = None
    for event in event_stream.parse(body)[0]:
        kind = event["type"]
        if kind == "connected":
            staged = {}
        elif kind == "ready" and staged is not None:
            # What follows is passed over.
            return read_ready(event["data"], event["id"], staged), staged
        elif kind == "message":
            expect(staged is not None and stage(event["data"], staged) != "DELETE")
        else:
            expect(kind not in ("ready", "resumed", "heartbeat"))
    return expect(False)


def write_snapshot(found, flags):
    """The snapshot of flags, each as it came."""
    epoch, revision = found
    body = "event: connected\ndata: true\n\n"
    for key in sorted(flags):
        body += f'data: {{"type":"UPSERT","flag":{flags[key].document}}}\n\n'
    body += f'id: {epoch}:{revision}\nevent: ready\ndata: {{"revision":{revision},"flags":{len(flags)}}}\n\n'
    return seal(body)


def seal(body):
    """The body between the line that names its format and the seal: the version, and a hash of all before it."""
    text = f": sidekick-snapshot 2\n{body}"
    return f"{text}2{reference.murmur3(text.encode()):010}\n"
