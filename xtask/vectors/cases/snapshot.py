"""Cases of snapshot.json: the text of a snapshot, and what a client without flags makes of it."""

from cases.session_script import CONNECTED, compact, data, delete, flag, live, named, ready, upsert
from sync_messages import Fault, key_revisions
from sync_snapshot import read_snapshot, seal, write_snapshot

KIND = "snapshot"
WHAT = "Snapshots: taken by a client without flags, with what it then holds and exports, or refused."

# What an export is to the last byte, the hash as mmh3 gives it for all that stands before the seal.
HEAD = ": sidekick-snapshot 2\n"
SEAL = "22651722197\n"
BODY = """event: connected
data: true

data: {"type":"UPSERT","flag":{"key":"a","is_enabled":true,"rollout_percentage":12.5,"description":"café","rules":\
[{"attribute":"plan","operator":"Equals","values":["pro"]}],"revision":7,"created_at":"2026-01-02T03:04:05.678Z",\
"updated_at":"2026-01-02T03:04:05.678Z"}}

id: e:9
event: ready
data: {"revision":9,"flags":1}

"""
EXPORTED = HEAD + BODY + SEAL


def whole(key, revision, on="false", rollout="null", description="null", rules="[]"):
    """An UPSERT in a replay with every field, as the server sends it."""
    times = '"created_at":"1970-01-01T00:00:00.000Z","updated_at":"1970-01-01T00:00:00.000Z"'
    settings = f'"is_enabled":{on},"rollout_percentage":{rollout},"description":{description},"rules":{rules}'
    return data(f'{{"type":"UPSERT","flag":{{"key":"{key}",{settings},"revision":{revision},{times}}}}}')


def rule(attribute, operator, *values):
    return compact({"attribute": attribute, "operator": operator, "values": values})


EVERY_OPERATOR = ",".join(
    [
        rule("email", "EndsWith", "@acme.com", "@example.org"),
        rule("plan", "Equals", "pro", ""),
        rule("plan", "NotEquals", "free"),
        rule("agent", "Contains", "Mobile"),
        rule("country", "StartsWith", "D"),
        rule("age", "GreaterThan", "17"),
    ]
)
ESCAPES = '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u0085\\u2028\\u2029"'
UNICODE = '"Zoë e\u0301 東京 🚩 \ufeff \ufffd"'
A = whole("a", 1)
ONE = ready("e:1", 1)

WRITTEN_BY_NOBODY = (
    '{ "revision":1,"revision":2 , "key":"\\u0061", "later":[ "\\/", 1.50 ],"description":7,"updated_at":"soon",'
    '"rules":[{"values":[""],"operator":"Equals","attribute":"x"} ] }'
)

# name, what follows `connected`, id, flags.
CANONICAL = [
    ("no flags, revision 0", ready("e:0", 0), "e:0", []),
    (
        "no flags, a long epoch, the largest revision",
        ready(f"{'E' * 64}:9007199254740991", 0),
        f"{'E' * 64}:9007199254740991",
        [],
    ),
    ("one flag", A + ready("e:1", 1), "e:1", [["a", 1]]),
    (
        "keys in order of their bytes",
        whole("B", 2) + whole("_", 4) + A + whole("a.1", 3) + ready("e:4", 4),
        "e:4",
        [["B", 2], ["_", 4], ["a", 1], ["a.1", 3]],
    ),
    (
        "every operator, and one that nobody knows yet",
        whole("a", 1, rules=f"[{EVERY_OPERATOR}]") + ready("e:1", 1),
        "e:1",
        [["a", 1]],
    ),
    (
        "rollouts",
        whole("a", 1, "true", "0") + whole("b", 2, "true", "99.999") + whole("c", 3, "true", "100") + ready("e:3", 3),
        "e:3",
        [["a", 1], ["b", 2], ["c", 3]],
    ),
    ("escapes, line ends among them", whole("a", 1, description=ESCAPES) + ready("e:1", 1), "e:1", [["a", 1]]),
    (
        "a flag as it came: fields left out, and one that nobody knows yet",
        flag("a", 1, colour="red") + ready("e:1", 1),
        "e:1",
        [["a", 1]],
    ),
    (
        "a flag as it came: another order, blanks, escapes, a field twice, and what is for people in other types",
        data(f'{{"type":"UPSERT","flag":{WRITTEN_BY_NOBODY}}}') + ready("e:2", 1),
        "e:2",
        [["a", 2]],
    ),
    (
        "more than ASCII",
        whole("a", 1, description=UNICODE, rules="[" + rule("🚩", "Equals", "é") + "]") + ready("e:1", 1),
        "e:1",
        [["a", 1]],
    ),
]
# The same, but exported otherwise.
TAKEN = [
    ("flags in another order", whole("b", 2) + A + ready("e:2", 2), "e:2", [["a", 1], ["b", 2]]),
    ("of two flags with one key the later counts", whole("a", 5) + A + ready("e:5", 1), "e:5", [["a", 1]]),
    (
        "blanks around a flag and a field behind it",
        data('{ "type" : "UPSERT", "flag" : {"key":"a","revision":1} , "at":[1] }') + ready("e:1", 1),
        "e:1",
        [["a", 1]],
    ),
    (
        "a flag in several lines",
        'data: {"type":"UPSERT","flag":{"key":"a",\ndata:\ndata:"revision":\ndata: 1}\ndata:}\n\n' + ready("e:1", 1),
        "e:1",
        [["a", 1]],
    ),
    (
        "comments, retry, and an id before ready",
        ": x\n\nretry: 5\n\n" + live("f:1", upsert("a", 1)) + ready("e:1", 1),
        "e:1",
        [["a", 1]],
    ),
]
# What a stream may have too is passed over, and so is what follows.
PASSED_OVER = [
    ("connected twice", CONNECTED + A + ONE),
    ("an unknown type of change", A + data('{"type":"RENAME"}') + ONE),
    ("an unknown event", A + named("news", "x") + ONE),
    ("ready twice", A + ONE + ONE),
    ("two replays", A + ONE + CONNECTED + whole("b", 2) + ready("e:2", 1)),
    ("a live change after ready", A + ONE + live("e:10", delete("a"))),
    ("no change after ready", A + ONE + data("hello")),
    ("half an event after ready", A + ONE + "data: x\n"),
    ("a comment after ready", A + ONE + ":\n"),
    ("a zero byte after ready", A + ONE + "\0"),
]


def crlf(text):
    return text.replace("\n", "\r\n")


def cut(text, end):
    """The text up to the end of a part of it."""
    return text[: text.index(end) + len(end)]


# Everything is right but what the name says, the hash too.
REFUSED_BODIES = [
    ("no events", ""),
    ("connected alone", CONNECTED),
    ("no connected", A + ready("e:1", 1)),
    ("no ready", CONNECTED + A),
    ("ready without its empty line", (CONNECTED + A + ready("e:1", 1))[:-1]),
    ("resumed instead of connected", named("resumed", "1")),
    ("DELETE", CONNECTED + A + data(delete("a")) + ready("e:1", 1)),
    ("a flag with a wrong field", CONNECTED + flag("a", 1, is_enabled=1) + ready("e:1", 1)),
    ("a change that is no JSON", CONNECTED + data("hello") + ready("e:1", 1)),
    ("a heartbeat", CONNECTED + A + named("heartbeat", '{"revision":1,"digest":"0000000000000000"}') + ready("e:1", 1)),
    ("fewer flags than ready says", CONNECTED + A + ready("e:1", 2)),
    ("more flags than ready says", CONNECTED + A + ready("e:1", 0)),
    ("another revision than the id", CONNECTED + 'id: e:2\nevent: ready\ndata: {"revision":1,"flags":0}\n\n'),
    ("no id", CONNECTED + named("ready", '{"revision":1,"flags":0}')),
    ("an id without an epoch", CONNECTED + 'id: :1\nevent: ready\ndata: {"revision":1,"flags":0}\n\n'),
]
# What the error must say is given where the text is of another version.
REFUSED_TEXTS = [
    ("nothing", "", None),
    ("no snapshot", "hello", None),
    ("JSON", '{"version":1,"flags":[]}', None),
    ("the first line alone", HEAD, None),
    ("the first line without its end", HEAD[:-1], None),
    ("the first line is missing", BODY + SEAL, None),
    ("the seal alone", SEAL, None),
    ("version 1, with its hash", ": sidekick-snapshot 1 e50a2066\n" + BODY, "version"),
    ("version 4711", EXPORTED.replace("snapshot 2", "snapshot 4711"), "4711"),
    ("version 0", EXPORTED.replace("snapshot 2", "snapshot 0"), None),
    ("version 02", EXPORTED.replace("snapshot 2", "snapshot 02"), None),
    ("no version", EXPORTED.replace("snapshot 2", "snapshot"), None),
    ("no seal", HEAD + BODY, None),
    ("a seal without its line's end", EXPORTED[:-1], None),
    ("a blank instead of it", EXPORTED[:-1] + " ", None),
    ("a seal of ten digits", EXPORTED[:-2] + "\n", None),
    ("a seal of twelve digits", EXPORTED[:-1] + "0\n", None),
    ("the seal of another version", HEAD + BODY + "1" + SEAL[1:], None),
    ("a seal without its version", HEAD + BODY + SEAL[1:], None),
    ("the seal of something else", EXPORTED[:-2] + str((int(SEAL[-2]) + 1) % 10) + "\n", None),
    ("a byte order mark", "\ufeff" + EXPORTED, None),
    ("no colon", EXPORTED[2:], None),
    ("another name", EXPORTED.replace("sidekick", "Sidekick"), None),
    ("one letter changed", EXPORTED.replace('"key":"a"', '"key":"b"'), None),
    ("one blank more", EXPORTED.replace("data: true", "data:  true"), None),
    ("a line end more", EXPORTED + "\n", None),
    ("a line end less", HEAD + BODY[:-1] + SEAL, None),
    ("cut in the first line", cut(EXPORTED, ": sidekick"), None),
    ("cut after connected", cut(EXPORTED, "true\n\n"), None),
    ("cut inside a flag", cut(EXPORTED, '"operator":'), None),
    ("cut before ready", cut(EXPORTED, '"}}\n\n'), None),
    ("cut inside ready", cut(EXPORTED, 'data: {"revision"'), None),
    ("two snapshots", EXPORTED * 2, None),
    ("CRLF everywhere", crlf(EXPORTED), None),
    ("CRLF after the first line", HEAD + crlf(BODY) + SEAL, None),
]


def cases():
    assert EXPORTED == seal(BODY), f"the hand-written snapshot's seal: {seal(BODY)[-12:]!r}"
    yield accepted("an export to the last byte", EXPORTED, "e:9", [["a", 7]], True)
    for name, rest, id, flags in CANONICAL:
        yield accepted(name, seal(CONNECTED + rest), id, flags, True)
    for name, rest, id, flags in TAKEN:
        yield accepted(name, seal(CONNECTED + rest), id, flags, False)
    for name, rest in PASSED_OVER:
        yield accepted(name, seal(CONNECTED + rest), "e:1", [["a", 1]], False)
    yield accepted("CRLF, and the seal of it", seal(crlf(BODY)), "e:9", [["a", 7]], False)
    for name, body in REFUSED_BODIES:
        yield refused(name, seal(body))
    for name, text, says in REFUSED_TEXTS:
        yield refused(name, text) if says is None else {**refused(name, text), "error_contains": says}


def accepted(name, text, id, flags, canonical):
    found, held = read_snapshot(text.encode())
    assert "{}:{}".format(*found) == id and key_revisions(held) == flags, (name, found, key_revisions(held))
    export = write_snapshot(found, held)
    assert (export == text) == canonical, f"{name}: exported as {export!r}"
    case = {"name": name, "text": text, "outcome": "accepted", "id": id, "flags": flags, "canonical": canonical}
    return case if canonical else {**case, "export": export}


def refused(name, text):
    try:
        read_snapshot(text.encode())
    except Fault:
        return {"name": name, "text": text, "outcome": "refused"}
    raise AssertionError(f"{name}: accepted")
