"""Sessions about time and order: silence, health, timers, close, and inputs that come when they don't fit."""

from cases.session_script import (
    BACK,
    CLOSED,
    CONNECTED,
    DISCONNECT,
    LIVE,
    LOST,
    NO_FLAGS,
    OPENED,
    QUIET,
    READY,
    REPLAY,
    STALE,
    close,
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

SILENCE = [
    session(
        "silence while connecting; the timer comes early once",
        [
            start(0, connect(None), wake(45_000)),
            timeout(44_999, wake(45_000)),
            timeout(45_000, DISCONNECT, error("SILENT"), wake(45_884)),
            timeout(45_884, connect(None), wake(90_884)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "silence after connected: 45 s from there",
        [*OPENED, timeout(45_000, wake(45_100)), timeout(45_100, DISCONNECT, error("SILENT"), wake(45_984))],
        "CONNECTING",
        None,
    ),
    session(
        "silence of a live stream: 45 s after its last byte",
        [
            *QUIET,
            timeout(45_000, wake(45_200)),
            timeout(45_199, wake(45_200)),
            timeout(45_200, DISCONNECT, error("SILENT"), STALE, wake(46_084)),
            timeout(46_084, connect("e:2"), wake(91_084)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "silence, noticed late",
        [
            *QUIET,
            timeout(60_000, DISCONNECT, error("SILENT"), STALE, wake(60_884)),
            timeout(60_884, connect("e:2"), wake(105_884)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "silence in the middle of a replay",
        [*OPENED, got(200, CONNECTED + flag("a", 1)), timeout(45_200, DISCONNECT, error("SILENT"), wake(46_084))],
        "CONNECTING",
        None,
    ),
    session(
        "any byte breaks the silence, no byte doesn't",
        [
            *QUIET,
            got(10_000, ":"),
            timeout(45_000, wake(55_000)),
            got(50_000, ""),
            timeout(55_000, DISCONNECT, error("SILENT"), STALE, wake(55_884)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "bytes after more than 45 s, before any timer: no silence",
        [*QUIET, got(50_000, ":\n"), timeout(50_001, wake(95_000))],
        "READY",
        "e:2",
    ),
]

# Two failures before: the next delay is 105 of 4,000, or 26 of 1,000 once the back-off starts anew. Ready at 2,000.
TRIED = [
    start(0, connect(None), wake(45_000)),
    gone(100, error("CONNECTION_FAILED"), wake(984)),
    timeout(984, connect(None), wake(45_984)),
    gone(1000, error("CONNECTION_FAILED"), wake(1863)),
    timeout(1863, connect(None), wake(46_863)),
    connected(1900),
]
HEALTHY = [*TRIED, got(2000, NO_FLAGS, READY), got(30_000, ":\n"), timeout(46_863, wake(75_000))]
HEALTH = [
    session(
        "ready for 59,999 ms: the back-off goes on",
        [*HEALTHY, gone(61_999, error("CONNECTION_LOST"), STALE, wake(62_104))],
        "STALE",
        "e:2",
    ),
    session(
        "ready for 60,000 ms: the back-off starts anew",
        [
            *HEALTHY,
            gone(62_000, error("CONNECTION_LOST"), STALE, wake(62_026)),
            timeout(62_026, connect("e:2"), wake(107_026)),
            gone(62_100, error("CONNECTION_FAILED"), wake(64_042)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "ready for 60,000 ms, ended by silence",
        [
            *TRIED,
            got(2000, NO_FLAGS, READY),
            got(17_000, ":\n"),
            timeout(46_863, wake(62_000)),
            timeout(62_000, DISCONNECT, error("SILENT"), STALE, wake(62_026)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "health counts from the first ready, not from a replay in place",
        [
            *TRIED,
            got(2000, NO_FLAGS, READY),
            got(30_000, NO_FLAGS),
            timeout(46_863, wake(75_000)),
            gone(62_000, error("CONNECTION_LOST"), STALE, wake(62_026)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "health counts from ready, not from connected",
        [
            *TRIED,
            got(2000, CONNECTED),
            got(30_000, ready("e:2", 0), READY),
            timeout(46_863, wake(75_000)),
            gone(62_000, error("CONNECTION_LOST"), STALE, wake(62_105)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "health counts from resumed too",
        [
            *BACK,
            got(2000, named("resumed", "2"), READY),
            got(30_000, ":\n"),
            timeout(46_884, wake(75_000)),
            gone(62_000, error("CONNECTION_LOST"), STALE, wake(62_431)),
        ],
        "STALE",
        "e:2",
    ),
]


AFTER_CLOSE = [
    start(500),
    connected(510),
    got(520, REPLAY),
    gone(530),
    timeout(99_999),
    imported(100_000, snapshot("e:9", flag("a", 9)), False),
    close(100_001),
]
CLOSES = [
    session("close before start, and every input after", [close(400, CLOSED), *AFTER_CLOSE], "CLOSED", None),
    session(
        "close while connecting; the timer that is set does nothing",
        [start(0, connect(None), wake(45_000)), close(400, DISCONNECT, CLOSED), timeout(45_000)],
        "CLOSED",
        None,
    ),
    session(
        "close in the middle of a replay, whose rest does nothing",
        [*OPENED, got(200, CONNECTED), close(400, DISCONNECT, CLOSED), got(500, ready("e:0", 0))],
        "CLOSED",
        None,
    ),
    session(
        "close a live stream, and every input after: the flags stay",
        [*LIVE, close(400, DISCONNECT, CLOSED), *AFTER_CLOSE],
        "CLOSED",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "close in the middle of a replay in place: the old flags stay",
        [*LIVE, got(300, CONNECTED + flag("c", 3)), close(400, DISCONNECT, CLOSED)],
        "CLOSED",
        "e:2",
        a=1,
        b=2,
    ),
    session(
        "close while waiting; the timer that is set does nothing",
        [*OPENED, gone(300, error("CONNECTION_LOST"), wake(1184)), close(400, CLOSED), timeout(1184)],
        "CLOSED",
        None,
    ),
]
UNFIT = [
    session(
        "before start: nothing but start does anything",
        [
            timeout(1),
            connected(2),
            connected(3, status=401),
            got(4, REPLAY),
            gone(5),
            start(10, connect(None), wake(45_010)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "while connecting: no second start, no bytes",
        [
            start(0, connect(None), wake(45_000)),
            start(10),
            got(20, REPLAY),
            timeout(45_000, DISCONNECT, error("SILENT"), wake(45_884)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "while streaming: no second start, no second answer",
        [
            *QUIET,
            start(300),
            connected(310, status=401),
            connected(320),
            got(330, live("e:3", delete("a"))),
            timeout(45_000, wake(45_330)),
        ],
        "READY",
        "e:3",
    ),
    session(
        "while waiting: what the old connection still says does nothing",
        [
            *LOST,
            start(1100),
            connected(1110),
            connected(1120, status=403),
            got(1130, live("e:3", delete("a"))),
            gone(1140),
            timeout(1150, wake(1884)),
            timeout(1884, connect("e:2"), wake(46_884)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "after a fault: what the old connection still says does nothing",
        [
            *QUIET,
            got(300, ready("e:2", 2), DISCONNECT, error("INVALID_STREAM"), STALE, wake(1184)),
            got(310, live("e:3", delete("a"))),
            got(320, "retry: 9000\n\n"),
            gone(330),
            timeout(1184, connect(None), wake(46_184)),
        ],
        "STALE",
        "e:2",
    ),
]


def rows():
    return [*SILENCE, *HEALTH, *CLOSES, *UNFIT]
