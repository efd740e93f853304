"""Cases of sync_retry.json: sessions of a host that asks not to wait. Back-off is cut short, and what the server asked for is
waited for all the same, and so is a second between two attempts.
"""

from cases.session_script import (
    CLOSED,
    DISCONNECT,
    LOST,
    NO_FLAGS,
    OPENED,
    QUIET,
    READY,
    STALE,
    close,
    connect,
    connected,
    error,
    gone,
    got,
    named,
    retry,
    session,
    start,
    timeout,
    wake,
)
from cases.sync_session import played

KIND = "sync_session"
WHAT = "Sessions of the sync client, as in sync_session.json, of a host that asks it not to wait any longer."

# Seed 44 gives the first delays 982 of 1,000, 1,133 of 2,000 and 1,556 of 4,000: long enough for the second between two.
LONG = 44
FAILED = [start(0, connect(None), wake(45_000)), gone(10, error("CONNECTION_FAILED"), wake(992))]
FAILED_LATER = [start(0, connect(None), wake(45_000)), gone(100, error("CONNECTION_FAILED"), wake(1082))]

CUT_SHORT = [
    session(
        "a lost connection is opened anew at once; the timer that is set comes for nothing",
        [
            *LOST,
            retry(1100, connect("e:2")),
            connected(1200),
            got(1300, NO_FLAGS, READY),
            timeout(1884, wake(46_300)),
        ],
        "READY",
        "e:2",
    ),
    session(
        "an attempt that fails again waits for the next delay, not for a first one",
        [
            *LOST,
            retry(1100, connect("e:2")),
            gone(1200, error("CONNECTION_FAILED")),
            timeout(1884, wake(2063)),
            timeout(2062, wake(2063)),
            timeout(2063, connect("e:2"), wake(47_063)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "after a fault all is asked for anew",
        [
            *QUIET,
            got(1000, named("resumed", "2"), DISCONNECT, error("INVALID_STREAM"), STALE, wake(1884)),
            retry(1001, connect(None)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "after an answer that is no stream",
        [
            start(0, connect(None), wake(45_000)),
            connected(2000, DISCONNECT, error("NOT_AN_EVENT_STREAM"), wake(2884), content_type="text/html"),
            retry(2001, connect(None)),
            timeout(2884, wake(47_001)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "after silence",
        [
            *OPENED,
            timeout(45_000, wake(45_100)),
            timeout(45_100, DISCONNECT, error("SILENT"), wake(45_984)),
            retry(45_101, connect(None)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "long after the timer should have come, and then it comes",
        [*LOST, retry(90_000, connect("e:2")), timeout(90_001, wake(135_000))],
        "STALE",
        "e:2",
    ),
]
SECOND_BETWEEN = [
    session(
        "in the first second: the attempt is a second after the last one, not at once",
        [
            *FAILED_LATER,
            retry(200, wake(1000)),
            retry(300),
            timeout(999, wake(1000)),
            timeout(1000, connect(None), wake(46_000)),
        ],
        "CONNECTING",
        None,
        seed=LONG,
    ),
    session(
        "in the first second: a shorter delay stays",
        [*FAILED, retry(20), retry(991), timeout(992, connect(None), wake(45_992))],
        "CONNECTING",
        None,
        seed=LONG,
    ),
    session(
        "a second after the attempt: at once",
        [*FAILED_LATER, retry(1000, connect(None)), timeout(1082, wake(46_000))],
        "CONNECTING",
        None,
        seed=LONG,
    ),
    session(
        "again and again: attempts a second apart, each from the start of the last",
        [
            *FAILED_LATER,
            retry(1000, connect(None)),
            gone(1050, error("CONNECTION_FAILED")),
            retry(1060),
            timeout(1082, wake(2000)),
            retry(1999),
            retry(2000, connect(None)),
            timeout(2000, wake(47_000)),
            gone(2100, error("CONNECTION_FAILED"), wake(3656)),
            retry(2200, wake(3000)),
            retry(3001, connect(None)),
        ],
        "CONNECTING",
        None,
        seed=LONG,
    ),
    session(
        "the second counts from the attempt, however long the stream then was",
        [
            *QUIET,
            gone(999, error("CONNECTION_LOST"), STALE, wake(1883)),
            retry(999, wake(1000)),
            retry(1000, connect("e:2")),
        ],
        "STALE",
        "e:2",
    ),
]
ASKED_FOR = [
    session(
        "what Retry-After asks for is waited for, and no delay after it",
        [
            start(0, connect(None), wake(45_000)),
            connected(100, DISCONNECT, error("UNEXPECTED_STATUS"), wake(7984), status=503, retry_after="7"),
            retry(2000, wake(7100)),
            retry(7099),
            timeout(7099, wake(7100)),
            retry(7100, connect(None)),
            timeout(7100, wake(52_100)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "a Retry-After of nothing: the delay, shorter than a second, stays",
        [
            start(0, connect(None), wake(45_000)),
            connected(100, DISCONNECT, error("UNEXPECTED_STATUS"), wake(984), status=429, retry_after="0"),
            retry(200),
            timeout(984, connect(None), wake(45_984)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "what a goodbye asks for is waited for",
        [
            *QUIET,
            got(300, "retry: 5000\n\n"),
            gone(1000, STALE, wake(6884)),
            retry(1100, wake(6000)),
            retry(5999),
            timeout(6000, connect("e:2"), wake(51_000)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "a goodbye that asks for nothing",
        [*QUIET, got(300, "retry: 0\n\n"), gone(1200, STALE, wake(2084)), retry(1201, connect("e:2"))],
        "STALE",
        "e:2",
    ),
    session(
        "after 401: the wait is not cut short",
        [
            start(0, connect(None), wake(45_000)),
            connected(100, DISCONNECT, error("REFUSED"), status=401),
            retry(2000),
            timeout(45_000, wake(272_095)),
            retry(272_094),
            timeout(272_095, connect(None), wake(317_095)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "after 403: neither",
        [
            *LOST,
            retry(1884, connect("e:2")),
            connected(2000, DISCONNECT, error("REFUSED"), status=403),
            retry(2001),
            timeout(2002, wake(165_567)),
            retry(165_566),
            retry(165_567, connect("e:2")),
        ],
        "STALE",
        "e:2",
    ),
]
NOTHING_TO_CUT = [
    session(
        "before start does nothing",
        [retry(0), start(10, connect(None), wake(45_010)), retry(10)],
        "CONNECTING",
        None,
    ),
    session(
        "while connecting does nothing",
        [start(0, connect(None), wake(45_000)), retry(2000), timeout(45_000, DISCONNECT, error("SILENT"), wake(45_884))],
        "CONNECTING",
        None,
    ),
    session(
        "while streaming does nothing",
        [*OPENED, retry(150), got(200, NO_FLAGS, READY), retry(2000), timeout(45_000, wake(45_200))],
        "READY",
        "e:2",
    ),
    session(
        "after close does nothing",
        [*LOST, close(1100, CLOSED), retry(1200), retry(90_000)],
        "CLOSED",
        "e:2",
    ),
    session(
        "twice: the second finds an attempt under way",
        [*LOST, retry(1100, connect("e:2")), retry(1101), retry(9000), timeout(1884 + 9000, wake(46_100))],
        "STALE",
        "e:2",
    ),
]


def cases():
    return played([*CUT_SHORT, *SECOND_BETWEEN, *ASKED_FOR, *NOTHING_TO_CUT])
