"""Sessions about replays: how flags are staged and become live, and what a replay must not say."""

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
    connected,
    data,
    delete,
    error,
    fault_at_first,
    fault_in_live,
    flag,
    gone,
    got,
    live,
    named,
    ready,
    session,
    start,
    timeout,
    upsert,
    wake,
)

UNKNOWN_OPERATOR = [{"attribute": "plan", "operator": "Matches", "values": ["pro"]}]
FIRST = [
    session("start: connect, and give the server 45 s", [start(0, connect(None), wake(45_000))], "CONNECTING", None),
    session(
        "start at another time", [start(7_000_000_000_000, connect(None), wake(7_000_000_045_000))], "CONNECTING", None
    ),
    session("first replay: flags, then ready", LIVE, "READY", "e:2", a=1, b=2),
    session(
        "replay of no flags: ready, and no key to tell",
        [*OPENED, got(200, CONNECTED + ready("e:0", 0), READY)],
        "READY",
        "e:0",
    ),
    session(
        "replay in pieces: nothing is told before ready",
        [
            *OPENED,
            got(200, CONNECTED),
            got(300, flag("a", 1)),
            got(400, flag("b", 2) + 'id: e:2\nevent: ready\ndata: {"revision":2,'),
            got(500, '"flags":2}\n'),
            got(600, "\n", changed("a", "b"), READY),
        ],
        "READY",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "of two flags with one key the later counts",
        [*OPENED, got(200, CONNECTED + flag("a", 5) + flag("a", 3) + ready("e:7", 1), changed("a"), READY)],
        "READY",
        "e:7",
        a=3,
    ),
    session(
        "keys are told sorted; what connected says, and ids before ready, mean nothing",
        [
            *OPENED,
            got(200, "id: f:9\n" + named("connected", "{") + flag("c", 1) + live("x", upsert("B", 2)) + flag("a", 3)),
            got(300, ready("e:3", 3), changed("B", "a", "c"), READY),
        ],
        "READY",
        "e:3",
        B=2,
        a=3,
        c=1,
    ),
    session(
        "unknown type in a replay: ignored, and not counted",
        [
            *OPENED,
            got(
                200, CONNECTED + data('{"type":"RENAME","key":5}') + flag("a", 1) + ready("e:1", 1), changed("a"), READY
            ),
        ],
        "READY",
        "e:1",
        a=1,
    ),
    session(
        "unknown events before ready: not looked at",
        [
            *OPENED,
            got(200, named("news", "{")),
            got(300, CONNECTED + named("news", "{") + flag("a", 1)),
            got(400, ready("e:1", 1), changed("a"), READY),
        ],
        "READY",
        "e:1",
        a=1,
    ),
    session(
        "unknown fields, another order, blanks",
        [
            *OPENED,
            got(
                200,
                CONNECTED + data(' { "x" : [{}], "flag" : {"revision":1,"y":null,"key":"a"} , "type" : "UPSERT" } '),
            ),
            got(300, 'event: ready\ndata: {"z":{},"flags": 1 , "revision":1}\nid: e:1\n\n', changed("a"), READY),
        ],
        "READY",
        "e:1",
        a=1,
    ),
    session(
        "an operator that nobody knows yet",
        [*OPENED, got(200, CONNECTED + flag("a", 1, rules=UNKNOWN_OPERATOR) + ready("e:1", 1), changed("a"), READY)],
        "READY",
        "e:1",
        a=1,
    ),
    session(
        "connected again: staging starts again, empty",
        [*OPENED, got(200, CONNECTED + flag("a", 1) + CONNECTED + flag("b", 2) + ready("e:2", 1), changed("b"), READY)],
        "READY",
        "e:2",
        b=2,
    ),
]
START_FAULTS = [
    fault_at_first("first a flag", flag("a", 1)),
    fault_at_first(
        "first a flag, after a connected without data, which is no event", "event: connected\n\n" + flag("a", 1)
    ),
    fault_at_first("first a message that is no change", data("hello")),
    fault_at_first("first ready", ready("e:0", 0)),
    fault_at_first("resumed, but nothing was asked for", named("resumed", "0")),
]
REPLAY_FAULTS = [
    fault_at_first("first a heartbeat: what should stand before it was lost", beat(0)),
    fault_at_first("heartbeat in a replay: its end was lost", CONNECTED + flag("a", 1) + beat(1, a=1)),
    fault_at_first("DELETE in a replay", CONNECTED + flag("a", 1) + data(delete("a"))),
    fault_at_first("resumed in a replay", CONNECTED + named("resumed", "0")),
    *(
        fault_at_first(f"in a replay: {name}", CONNECTED + data(text))
        for name, text in [
            ("no JSON", "hello"),
            ("JSON cut short", '{"type":"UPSERT","flag":{"key":"a"}'),
            ("a type that is a number", '{"type":1}'),
            ("UPSERT without a flag", '{"type":"UPSERT","key":"a"}'),
            ("a flag with a wrong key", '{"type":"UPSERT","flag":{"key":"a b"}}'),
        ]
    ),
    *(
        fault_at_first(f"ready: {name}", CONNECTED + flag("a", 1) + text)
        for name, text in [
            ("fewer flags than came", ready("e:1", 0)),
            ("more flags than came", ready("e:1", 2)),
            ("two flags counted where both have one key", flag("a", 2) + ready("e:2", 2)),
            ("another revision than the id", 'id: e:1\nevent: ready\ndata: {"revision":2,"flags":1}\n\n'),
            ("no id", named("ready", '{"revision":1,"flags":1}')),
            ("no revision", 'id: e:1\nevent: ready\ndata: {"flags":1}\n\n'),
            ("no count of flags", 'id: e:1\nevent: ready\ndata: {"revision":1}\n\n'),
            ("numbers as strings", 'id: e:1\nevent: ready\ndata: {"revision":"1","flags":"1"}\n\n'),
        ]
    ),
]
LATER = [
    session(
        "a later replay: keys added, removed and changed are told, the others not",
        [
            *RESTORED,
            got(
                2000,
                CONNECTED + flag("a", 1) + flag("c", 3) + flag("d", 4) + ready("e:5", 3),
                changed("b", "c", "d"),
                READY,
            ),
        ],
        "READY",
        "e:5",
        a=1,
        c=3,
        d=4,
    ),
    session(
        "a later replay: a flag that differs in any field is told, whatever its revision",
        [
            *RESTORED,
            got(2000, CONNECTED + flag("a", 1, description="") + flag("b", 2) + ready("e:3", 2), changed("a"), READY),
        ],
        "READY",
        "e:3",
        a=1,
        b=2,
    ),
    session(
        "a later replay of the same: ready, and no key to tell",
        [*RESTORED, got(2000, REPLAY, READY)],
        "READY",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "another epoch: its replay replaces all, at a lower revision too",
        [
            *RESTORED,
            got(2000, CONNECTED + flag("a", 1) + ready("f:1", 1), changed("b"), READY),
            got(2100, live("f:2", delete("a")), changed("a")),
        ],
        "READY",
        "f:2",
    ),
    session(
        "broken off half-way: the old flags stay, and are asked for from there on",
        [
            *RESTORED,
            got(2000, CONNECTED + flag("c", 3)),
            gone(2100, error("CONNECTION_LOST"), wake(2984)),
            timeout(2984, connect("e:2"), wake(47_984)),
            connected(3000),
            got(3100, named("resumed", "2"), READY),
        ],
        "READY",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "BEHIND: a replay older than the flags is not taken, and all is asked for until one is",
        [
            *RESTORED,
            got(2000, CONNECTED + ready("e:1", 0), DISCONNECT, error("BEHIND"), wake(2884)),
            timeout(2884, connect(None), wake(47_884)),
            connected(2900),
            gone(2950, error("CONNECTION_LOST"), wake(3813)),
            timeout(3813, connect(None), wake(48_813)),
            connected(3900),
            got(4000, CONNECTED + flag("a", 1) + ready("e:3", 1), changed("b"), READY),
            gone(4100, error("CONNECTION_LOST"), STALE, wake(4205)),
            timeout(4205, connect("e:3"), wake(49_205)),
        ],
        "STALE",
        "e:3",
        a=1,
    ),
    session(
        "broken off after a fault: still all is asked for, and a resume not believed",
        [
            *LIVE,
            got(300, ready("e:2", 2), DISCONNECT, error("INVALID_STREAM"), STALE, wake(1184)),
            timeout(1184, connect(None), wake(46_184)),
            connected(1200),
            got(1300, named("resumed", "2"), DISCONNECT, error("INVALID_STREAM"), wake(2163)),
            timeout(2163, connect(None), wake(47_163)),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    ),
]
IN_PLACE = [
    session(
        "replay in place: the old flags serve, and the status stays, until ready",
        [
            *LIVE,
            got(300, CONNECTED + flag("b", 3)),
            got(400, flag("c", 4)),
            got(500, ready("e:4", 2), changed("a", "b", "c")),
            got(600, live("e:5", delete("b")), changed("b")),
        ],
        "READY",
        "e:5",
        c=4,
    ),
    session(
        "replay in place, after a change in the same bytes",
        [*LIVE, got(300, live("e:3", delete("a")) + CONNECTED + flag("a", 4) + ready("e:4", 1), changed("a", "b"))],
        "READY",
        "e:4",
        a=4,
    ),
    session(
        "replay in place, broken off: the old flags stay",
        [
            *LIVE,
            got(300, CONNECTED + flag("b", 3)),
            gone(400, error("CONNECTION_LOST"), STALE, wake(1284)),
            timeout(1284, connect("e:2"), wake(46_284)),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    ),
    fault_in_live("replay in place with a wrong count", CONNECTED + flag("a", 5) + ready("e:5", 2)),
    fault_in_live("replay in place, older than the flags", CONNECTED + ready("e:1", 0), "BEHIND"),
]


def rows():
    return [*FIRST, *START_FAULTS, *REPLAY_FAULTS, *LATER, *IN_PLACE]
