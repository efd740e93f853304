"""What hand-written sessions are made of: steps, what a client answers to them, and the text that a server sends."""

import json

import reference
from sync_snapshot import seal

STREAM = "text/event-stream"


def session(name, steps, status, id, seed=0, **flags):
    """A session and its end: status, id, and the flags with their own revisions."""
    end = {"flags": [[key, flags[key]] for key in sorted(flags)], "id": id, "status": status}
    return {"name": name, "seed": f"{seed:016x}", "steps": steps, **end}


def step(at, do, outputs, **fields):
    given = {name: value for name, value in fields.items() if value is not None}
    return {"at": at, "do": do, **given, "outputs": list(outputs)}


def start(at, *outputs):
    return step(at, "start", outputs)


def connected(at, *outputs, status=200, content_type=STREAM, retry_after=None):
    return step(at, "connected", outputs, status=status, content_type=content_type, retry_after=retry_after)


def got(at, text, *outputs):
    return step(at, "bytes", outputs, text=text)


def got_b64(at, b64, *outputs):
    return step(at, "bytes", outputs, b64=b64)


def got_template(at, template, *outputs):
    return step(at, "bytes", outputs, text_template=template.fields())


def gone(at, *outputs):
    return step(at, "disconnected", outputs)


def timeout(at, *outputs):
    return step(at, "timeout", outputs)


def retry(at, *outputs):
    return step(at, "retry", outputs)


def close(at, *outputs):
    return step(at, "close", outputs)


def imported(at, text, accepted, *outputs):
    return step(at, "import", outputs, text=text, accepted=accepted)


DISCONNECT = {"disconnect": True}


def connect(last_event_id):
    return {"connect": {"last_event_id": last_event_id}}


def error(code):
    return {"error": code}


def changed(*keys):
    return {"flags_changed": list(keys)}


def status(name):
    return {"status": name}


def wake(at):
    return {"wake_at": at}


READY, STALE, CLOSED = status("READY"), status("STALE"), status("CLOSED")


def data(text):
    return f"data: {text}\n\n"


def named(event, text):
    return f"event: {event}\n{data(text)}"


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def upsert(key, revision, **fields):
    return compact({"type": "UPSERT", "flag": {"key": key, **fields, "revision": revision}})


def delete(key):
    return compact({"type": "DELETE", "key": key})


def flag(key, revision, **fields):
    return data(upsert(key, revision, **fields))


def live(id, text):
    return f"id: {id}\n{data(text)}"


def ready(id, flags):
    revision = int(id.rpartition(":")[2])
    return f"id: {id}\n" + named("ready", compact({"revision": revision, "flags": flags}))


def beat(revision, **flags):
    return named("heartbeat", compact({"revision": revision, "digest": reference.digest(flags.items())}))


def snapshot(id, *flags):
    return seal(CONNECTED + "".join(flags) + ready(id, len(flags)))


CONNECTED = named("connected", "true")
REPLAY = CONNECTED + flag("a", 1) + flag("b", 2) + ready("e:2", 2)

# The first stream: opened, and with the flags a and b live. The timer stays at 45,000; the stream may be silent longer.
OPENED = [start(0, connect(None), wake(45_000)), connected(100)]
LIVE = [*OPENED, got(200, REPLAY, changed("a", "b"), READY)]
# The same without flags, for what concerns none.
NO_FLAGS = CONNECTED + ready("e:2", 0)
QUIET = [*OPENED, got(200, NO_FLAGS, READY)]

# Seed 0 gives these first delays, each of the most that its attempt allows: 884 of 1,000, 863 of 2,000, 105 of 4,000.
# What was live is kept, and asked for from there on: at 1,884.
LOST = [*QUIET, gone(1000, error("CONNECTION_LOST"), STALE, wake(1884))]
BACK = [*LOST, timeout(1884, connect("e:2"), wake(46_884)), connected(1900)]

# The flags a and b from a snapshot, and a stream that is asked to go on from there.
SNAPSHOT = snapshot("e:2", flag("a", 1), flag("b", 2))
TAKEN = imported(0, SNAPSHOT, True, changed("a", "b"), STALE)
RESTORED = [TAKEN, start(0, connect("e:2"), wake(45_000)), connected(100)]


def fault_at_first(name, text, code="INVALID_STREAM"):
    """Something that the first stream must not say before it is ready."""
    return session(name, [*OPENED, got(200, text, DISCONNECT, error(code), wake(1084))], "CONNECTING", None)


def fault_in_live(name, text, code="INVALID_STREAM"):
    """Something that a live stream must not say."""
    return session(name, [*QUIET, got(300, text, DISCONNECT, error(code), STALE, wake(1184))], "STALE", "e:2")


def fault_when_resumed(name, text, code="INVALID_STREAM"):
    """Something that a stream must not say which was asked to resume, here from a snapshot without flags."""
    steps = [
        imported(0, snapshot("e:2"), True, STALE),
        start(0, connect("e:2"), wake(45_000)),
        connected(100),
        got(200, text, DISCONNECT, error(code), wake(1084)),
    ]
    return session(name, steps, "STALE", "e:2")
