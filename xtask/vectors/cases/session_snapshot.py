"""Sessions about snapshots that are imported before and while a stream brings flags."""

from cases.session_script import (
    CONNECTED,
    DISCONNECT,
    LIVE,
    OPENED,
    READY,
    SNAPSHOT,
    STALE,
    TAKEN,
    changed,
    connect,
    connected,
    delete,
    error,
    flag,
    gone,
    got,
    imported,
    live,
    named,
    ready,
    session,
    snapshot,
    start,
    timeout,
    wake,
)

NEWER = snapshot("e:5", flag("a", 1), flag("c", 5))
OTHER_EPOCH = snapshot("f:9", flag("a", 9))
CORRUPT = SNAPSHOT.replace('"key":"a"', '"key":"c"')


def rows():
    yield session("snapshot before start: flags at once", [TAKEN], "STALE", "e:2", a=1, b=2)
    yield session("snapshot of no flags before start", [imported(0, snapshot("e:0"), True, STALE)], "STALE", "e:0")
    yield session(
        "snapshot before start, then resumed from it",
        [
            TAKEN,
            start(10, connect("e:2"), wake(45_010)),
            connected(100),
            got(200, named("resumed", "2") + live("e:3", delete("a")), changed("a"), READY),
        ],
        "READY",
        "e:3",
        b=2,
    )
    yield session(
        "snapshot before start, then a replay: only what differs is told",
        [
            TAKEN,
            start(10, connect("e:2"), wake(45_010)),
            connected(100),
            got(200, CONNECTED + flag("a", 1) + flag("b", 4) + ready("f:4", 2), changed("b"), READY),
        ],
        "READY",
        "f:4",
        a=1,
        b=4,
    )
    yield session(
        "a second snapshot: newer is taken; the same, an older one and another epoch's are not",
        [
            TAKEN,
            imported(1, SNAPSHOT, False),
            imported(2, NEWER, True, changed("b", "c")),
            imported(3, SNAPSHOT, False),
            imported(4, OTHER_EPOCH, False),
            start(10, connect("e:5"), wake(45_010)),
        ],
        "STALE",
        "e:5",
        a=1,
        c=5,
    )
    yield session(
        "a corrupt snapshot changes nothing",
        [imported(0, CORRUPT, "error"), TAKEN, imported(1, CORRUPT, "error"), imported(2, "", "error")],
        "STALE",
        "e:2",
        a=1,
        b=2,
    )
    yield session(
        "snapshot while connecting: the replay that was asked for comes",
        [
            start(0, connect(None), wake(45_000)),
            imported(50, SNAPSHOT, True, changed("a", "b"), STALE),
            connected(100),
            got(200, CONNECTED + flag("a", 1) + ready("e:3", 1), changed("b"), READY),
        ],
        "READY",
        "e:3",
        a=1,
    )
    yield session(
        "snapshot while connecting: resumed was not asked for",
        [
            start(0, connect(None), wake(45_000)),
            imported(50, SNAPSHOT, True, changed("a", "b"), STALE),
            connected(100),
            got(200, named("resumed", "2"), DISCONNECT, error("INVALID_STREAM"), wake(1084)),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    )
    yield session(
        "newer snapshot while connecting: resumed stands at what was asked for, not at the flags",
        [
            TAKEN,
            start(10, connect("e:2"), wake(45_010)),
            imported(50, NEWER, True, changed("b", "c")),
            connected(100),
            got(200, named("resumed", "2"), DISCONNECT, error("INVALID_STREAM"), wake(1084)),
        ],
        "STALE",
        "e:5",
        a=1,
        c=5,
    )
    yield session(
        "snapshot in the middle of a replay: not taken, and the replay goes on",
        [
            *OPENED,
            got(200, CONNECTED + flag("a", 1) + flag("b", 2)),
            imported(300, NEWER, False),
            got(400, ready("e:2", 2), changed("a", "b"), READY),
        ],
        "READY",
        "e:2",
        a=1,
        b=2,
    )
    yield session(
        "snapshot in a live stream: not taken, and the stream goes on",
        [
            *LIVE,
            imported(300, OTHER_EPOCH, False),
            imported(310, NEWER, False),
            imported(320, CORRUPT, "error"),
            got(400, live("e:3", delete("a")), changed("a")),
        ],
        "READY",
        "e:3",
        b=2,
    )
    yield session(
        "snapshot while waiting: the next connection asks from it",
        [
            *OPENED,
            gone(200, error("CONNECTION_LOST"), wake(1084)),
            imported(300, SNAPSHOT, True, changed("a", "b"), STALE),
            timeout(1084, connect("e:2"), wake(46_084)),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    )
    yield session(
        "snapshot after a fault: all is asked for nevertheless",
        [
            *OPENED,
            got(200, ready("e:0", 0), DISCONNECT, error("INVALID_STREAM"), wake(1084)),
            imported(300, SNAPSHOT, True, changed("a", "b"), STALE),
            timeout(1084, connect(None), wake(46_084)),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    )
