"""Sessions about live changes, resumes and heartbeats."""

from cases.session_script import (
    CONNECTED,
    DISCONNECT,
    LIVE,
    OPENED,
    READY,
    REPLAY,
    RESTORED,
    STALE,
    beat,
    changed,
    connect,
    data,
    delete,
    error,
    fault_in_live,
    fault_when_resumed,
    flag,
    gone,
    got,
    live,
    named,
    ready,
    session,
    timeout,
    upsert,
    wake,
)

CHANGES = [
    session(
        "live: UPSERT of a known and of a new flag, DELETE",
        [
            *LIVE,
            got(300, live("e:3", upsert("a", 3, is_enabled=True)), changed("a")),
            got(400, live("e:4", upsert("c", 4)), changed("c")),
            got(500, live("e:5", delete("b")), changed("b")),
            got(600, beat(5, a=3, c=4)),
        ],
        "READY",
        "e:5",
        a=3,
        c=4,
    ),
    session(
        "live: DELETE of an unknown key, and an unknown type, move the revision and nothing else",
        [
            *LIVE,
            got(300, live("e:3", delete("c"))),
            got(400, live("e:4", '{"type":"RENAME","key":["a"]}')),
            got(500, beat(4, a=1, b=2)),
        ],
        "READY",
        "e:4",
        a=1,
        b=2,
    ),
    session(
        "live: a change at or below the revision is not read",
        [
            *LIVE,
            got(300, live("e:2", "hello") + live("e:1", "[") + live("e:0", delete("a"))),
            got(400, beat(2, a=1, b=2)),
        ],
        "READY",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "live: doubled and reordered changes",
        [
            *LIVE,
            got(300, live("e:3", upsert("a", 3)) + live("e:3", upsert("a", 3)), changed("a")),
            got(
                400, live("e:5", delete("b")) + live("e:4", upsert("b", 4)) + live("e:3", upsert("a", 3)), changed("b")
            ),
        ],
        "READY",
        "e:5",
        a=3,
    ),
    session(
        "live: without an id of its own, a change stands at the id before, and is ignored",
        [*LIVE, got(300, data(delete("a")) + data("hello"))],
        "READY",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "live: revisions are not counted, a flag keeps the one that it bears, a key is told though nothing differs",
        [
            *LIVE,
            got(300, live("e:900", upsert("a", 7)), changed("a")),
            got(400, live("e:901", upsert("a", 7)), changed("a")),
            got(500, beat(901, a=7, b=2)),
        ],
        "READY",
        "e:901",
        a=7,
        b=2,
    ),
    session(
        "live: of several changes each key is told once, sorted",
        [
            *LIVE,
            got(
                300,
                live("e:3", upsert("c", 3))
                + live("e:4", delete("c"))
                + live("e:5", upsert("a", 5))
                + live("e:6", delete("a")),
                changed("a", "c"),
            ),
        ],
        "READY",
        "e:6",
        b=2,
    ),
    session(
        "live: unknown events, comments and fields",
        [*LIVE, got(300, named("news", "{") + ": x\n\nfoo: bar\n\n" + live("e:3", delete("a")), changed("a"))],
        "READY",
        "e:3",
        b=2,
    ),
    session(
        "live: a change and ready in the same bytes are told together",
        [*OPENED, got(200, REPLAY + live("e:3", upsert("c", 3)), changed("a", "b", "c"), READY)],
        "READY",
        "e:3",
        a=1,
        b=2,
        c=3,
    ),
]
FAULTS = [
    session(
        "a fault after a change: the change is told, what follows is dropped",
        [
            *LIVE,
            got(
                300,
                live("e:3", delete("a")) + live("e:4", "hello") + live("e:5", delete("b")),
                DISCONNECT,
                error("INVALID_STREAM"),
                changed("a"),
                STALE,
                wake(1184),
            ),
            got(400, live("e:6", delete("b"))),
            timeout(1184, connect(None), wake(46_184)),
        ],
        "STALE",
        "e:3",
        b=2,
    ),
    session(
        "ready and a fault in the same bytes: never seen as ready, but with flags",
        [
            *OPENED,
            got(
                200, REPLAY + ready("e:2", 2), DISCONNECT, error("INVALID_STREAM"), changed("a", "b"), STALE, wake(1084)
            ),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    ),
    *(
        fault_in_live(f"live: {name}", text)
        for name, text in [
            ("another epoch", live("f:3", delete("a"))),
            ("another epoch at a lower revision", live("f:1", delete("a"))),
            ("an id that is none", live("e3", delete("a"))),
            ("an id above 2^53 - 1", live("e:9007199254740992", delete("a"))),
            ("an id taken back", "id\n" + data(delete("a"))),
            ("no JSON", live("e:3", "hello")),
            ("no type", live("e:3", '{"key":"a"}')),
            ("a flag with a wrong field", live("e:3", upsert("a", 3, is_enabled=1))),
            ("DELETE without a key", live("e:3", '{"type":"DELETE","flag":{"key":"a"}}')),
            ("ready", ready("e:3", 2)),
            ("resumed", named("resumed", "2")),
        ]
    ),
]
NO_DIGEST = "0" * 16
HEARTBEATS = [
    session(
        "heartbeats that agree",
        [*LIVE, got(15_200, beat(2, a=1, b=2)), got(30_200, beat(2, a=1, b=2)), timeout(45_000, wake(75_200))],
        "READY",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "heartbeat over no flags, with unknown fields",
        [
            *OPENED,
            got(200, CONNECTED + ready("e:5", 0), READY),
            got(300, named("heartbeat", '{"at":[1],"digest":"0000000000000000","revision":5}')),
        ],
        "READY",
        "e:5",
    ),
    session(
        "heartbeat: a higher revision, so a change was lost, and all is asked for",
        [
            *LIVE,
            got(300, beat(3, a=1, b=2), DISCONNECT, error("DIVERGED"), STALE, wake(1184)),
            timeout(1184, connect(None), wake(46_184)),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    ),
    fault_in_live("heartbeat: a lower revision", beat(1), "DIVERGED"),
    fault_in_live("heartbeat: another digest", beat(2, a=1), "DIVERGED"),
    *(
        fault_in_live(f"heartbeat: {name}", named("heartbeat", text))
        for name, text in [
            ("no digest", '{"revision":2}'),
            ("no revision", f'{{"digest":"{NO_DIGEST}"}}'),
            ("digest in upper case", '{"revision":2,"digest":"A000000000000000"}'),
            ("digest of 15 digits", f'{{"revision":2,"digest":"{NO_DIGEST[1:]}"}}'),
            ("digest as a number", '{"revision":2,"digest":1111111111111111}'),
            ("no JSON", "2"),
        ]
    ),
    fault_in_live("heartbeat in a replay in place: its end was lost", CONNECTED + beat(2)),
]
RESUMES = [
    session(
        "resumed: ready at once, and only what was missed follows",
        [
            *RESTORED,
            got(2000, named("resumed", "2"), READY),
            got(2100, live("e:3", upsert("a", 3)), changed("a")),
            got(2200, beat(3, a=3, b=2)),
            gone(2300, error("CONNECTION_LOST"), STALE, wake(3184)),
            timeout(3184, connect("e:3"), wake(48_184)),
        ],
        "STALE",
        "e:3",
        a=3,
        b=2,
    ),
    session(
        "resumed after an unknown event, then a replay in place",
        [
            *RESTORED,
            got(2000, named("news", "x") + named("resumed", "2"), READY),
            got(2100, CONNECTED + flag("a", 1) + ready("e:4", 1), changed("b")),
        ],
        "READY",
        "e:4",
        a=1,
    ),
    fault_when_resumed("resumed at a higher revision", named("resumed", "3")),
    fault_when_resumed("resumed with a leading zero", named("resumed", "02")),
    fault_when_resumed("resumed with a sign", named("resumed", "+2")),
    fault_when_resumed("resumed with a blank after", named("resumed", "2 ")),
    fault_when_resumed("resumed with an object", named("resumed", '{"revision":2}')),
    session(
        "resumed: an id does not outlive its connection",
        [
            *RESTORED,
            got(2000, named("resumed", "2"), READY),
            got(2100, data(delete("a")), DISCONNECT, error("INVALID_STREAM"), STALE, wake(2984)),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    ),
]


def rows():
    return [*CHANGES, *FAULTS, *HEARTBEATS, *RESUMES]
