"""Sessions about what a server answers to a connection, and about the waits between two: back-off and its floors."""

from cases.session_script import (
    CONNECTED,
    DISCONNECT,
    LOST,
    OPENED,
    QUIET,
    READY,
    STALE,
    connect,
    connected,
    error,
    gone,
    got,
    live,
    named,
    ready,
    session,
    start,
    timeout,
    wake,
)

EMPTY = CONNECTED + ready("e:0", 0)
HTML = "text/html; charset=utf-8"


def taken(content_type):
    steps = [start(0, connect(None), wake(45_000)), connected(100, content_type=content_type), got(200, EMPTY, READY)]
    return session(f"content type taken: {content_type!r}", steps, "READY", "e:0")


def not_taken(content_type):
    outputs = [DISCONNECT, error("NOT_AN_EVENT_STREAM"), wake(984)]
    steps = [
        start(0, connect(None), wake(45_000)),
        connected(100, *outputs, content_type=content_type),
        got(200, EMPTY),
    ]
    return session(f"content type not taken: {content_type!r}", steps, "CONNECTING", None)


def retry_after(text, floor):
    """The server is busy; the timer comes one too early, then on time."""
    due = 100 + floor + 884
    outputs = [DISCONNECT, error("UNEXPECTED_STATUS")]
    waits = [] if due > 45_000 else [wake(due)]
    late = [timeout(45_000, wake(due))] if due > 45_000 else []
    steps = [
        start(0, connect(None), wake(45_000)),
        connected(100, *outputs, *waits, status=503, content_type=HTML, retry_after=text),
        *late,
        timeout(due - 1, wake(due)),
        timeout(due, connect(None), wake(due + 45_000)),
    ]
    return session(f"Retry-After {text!r}", steps, "CONNECTING", None)


ANSWERS = [
    *(
        taken(text)
        for text in ["Text/Event-STREAM", "text/event-stream;charset=utf-8", "text/event-stream \t; x=y;z"]
    ),
    *(not_taken(text) for text in [None, "text/event-stream2", "x;text/event-stream"]),
    session(
        "HTML with 200: a portal or a proxy answers; Retry-After doesn't count, the back-off grows",
        [
            start(0, connect(None), wake(45_000)),
            connected(100, DISCONNECT, error("NOT_AN_EVENT_STREAM"), wake(984), content_type=HTML, retry_after="60"),
            timeout(984, connect(None), wake(45_984)),
            connected(1000, DISCONNECT, error("NOT_AN_EVENT_STREAM"), wake(1863), content_type=HTML),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "204, 301, 404, 500: unexpected, whatever their content type; the back-off grows",
        [
            start(0, connect(None), wake(45_000)),
            connected(100, DISCONNECT, error("UNEXPECTED_STATUS"), wake(984), status=204, content_type=None),
            timeout(984, connect(None), wake(45_984)),
            connected(1000, DISCONNECT, error("UNEXPECTED_STATUS"), wake(1863), status=301, content_type=HTML),
            timeout(1863, connect(None), wake(46_863)),
            connected(1900, DISCONNECT, error("UNEXPECTED_STATUS"), wake(2005), status=404),
            timeout(2005, connect(None), wake(47_005)),
            connected(2100, DISCONNECT, error("UNEXPECTED_STATUS"), wake(9868), status=500, content_type=HTML),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "an unexpected status later: the flags stay, and are asked for again",
        [
            *LOST,
            timeout(1884, connect("e:2"), wake(46_884)),
            connected(2000, DISCONNECT, error("UNEXPECTED_STATUS"), wake(4863), status=502, retry_after="2"),
            timeout(4863, connect("e:2"), wake(49_863)),
        ],
        "STALE",
        "e:2",
    ),
    *(
        retry_after(text, floor)
        for text, floor in [
            ("5", 5000),
            ("300", 300_000),
            ("301", 300_000),
            ("99999999999999999999999999", 300_000),
            ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
            ("+5", 0),
            ("1.5", 0),
        ]
    ),
]
REFUSED = [
    session(
        "401: an error, then a wait of 1 to 5 minutes; the back-off is not touched",
        [
            start(0, connect(None), wake(45_000)),
            connected(100, DISCONNECT, error("REFUSED"), status=401, content_type="application/problem+json"),
            timeout(45_000, wake(272_095)),
            timeout(272_094, wake(272_095)),
            timeout(272_095, connect(None), wake(317_095)),
            gone(272_200, error("CONNECTION_FAILED"), wake(272_631)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "403, Retry-After not counted; refused again, another wait",
        [
            start(0, connect(None), wake(45_000)),
            connected(100, DISCONNECT, error("REFUSED"), status=403, retry_after="300"),
            timeout(45_000, wake(80_235)),
            timeout(80_235, connect(None), wake(125_235)),
            connected(80_300, DISCONNECT, error("REFUSED"), status=403),
            timeout(125_235, wake(340_410)),
            timeout(341_000, connect(None), wake(386_000)),
        ],
        "CONNECTING",
        None,
        seed=0x0123456789ABCDEF,
    ),
    session(
        "refused later: the flags stay, the back-off goes on where it was",
        [
            *LOST,
            timeout(1884, connect("e:2"), wake(46_884)),
            connected(2000, DISCONNECT, error("REFUSED"), status=401),
            timeout(46_884, wake(165_567)),
            timeout(165_567, connect("e:2"), wake(210_567)),
            gone(165_600, error("CONNECTION_FAILED"), wake(165_652)),
        ],
        "STALE",
        "e:2",
    ),
]
BACK_OFF = [
    session(
        "back-off grows to 30 s; the timer comes early, on time, late",
        [
            start(0, connect(None), wake(45_000)),
            gone(100, error("CONNECTION_FAILED"), wake(984)),
            timeout(983, wake(984)),
            timeout(984, connect(None), wake(45_984)),
            gone(1000, error("CONNECTION_FAILED"), wake(1863)),
            timeout(1863, connect(None), wake(46_863)),
            gone(2000, error("CONNECTION_FAILED"), wake(2105)),
            timeout(2106, connect(None), wake(47_106)),
            gone(3000, error("CONNECTION_FAILED"), wake(10_768)),
            timeout(5000, wake(10_768)),
            timeout(10_767, wake(10_768)),
            timeout(10_768, connect(None), wake(55_768)),
            gone(11_000, error("CONNECTION_FAILED"), wake(12_701)),
            timeout(12_701, connect(None), wake(57_701)),
            gone(13_000, error("CONNECTION_FAILED"), wake(22_820)),
            timeout(22_820, connect(None), wake(67_820)),
            gone(23_000, error("CONNECTION_FAILED"), wake(28_216)),
            timeout(30_000, connect(None), wake(75_000)),
            gone(30_000, error("CONNECTION_FAILED"), wake(53_147)),
        ],
        "CONNECTING",
        None,
    ),
    session(
        "back-off of the largest seed",
        [
            start(0, connect(None), wake(45_000)),
            gone(0, error("CONNECTION_FAILED"), wake(894)),
            timeout(894, connect(None), wake(45_894)),
            gone(894, error("CONNECTION_FAILED"), wake(2720)),
            timeout(2720, connect(None), wake(47_720)),
            gone(2720, error("CONNECTION_FAILED"), wake(3598)),
            timeout(3598, connect(None), wake(48_598)),
            gone(3598, error("CONNECTION_FAILED"), wake(7008)),
            timeout(7008, connect(None), wake(52_008)),
            gone(7008, error("CONNECTION_FAILED"), wake(18_297)),
            timeout(18_297, connect(None), wake(63_297)),
            gone(18_297, error("CONNECTION_FAILED"), wake(43_037)),
        ],
        "CONNECTING",
        None,
        seed=(1 << 64) - 1,
    ),
    session(
        "every kind of failure takes the next delay",
        [
            start(0, connect(None), wake(45_000)),
            gone(0, error("CONNECTION_FAILED"), wake(83)),
            timeout(83, connect(None), wake(45_083)),
            connected(100, DISCONNECT, error("UNEXPECTED_STATUS"), wake(1768), status=500),
            timeout(1768, connect(None), wake(46_768)),
            connected(1800),
            gone(1900, error("CONNECTION_LOST"), wake(2643)),
            timeout(2643, connect(None), wake(47_643)),
            connected(2700),
            got(2800, ready("e:0", 0), DISCONNECT, error("INVALID_STREAM"), wake(7889)),
            timeout(7889, connect(None), wake(52_889)),
            timeout(52_889, DISCONNECT, error("SILENT"), wake(52_967)),
        ],
        "CONNECTING",
        None,
        seed=0x0123456789ABCDEF,
    ),
]
GOODBYE = [
    session(
        "goodbye: retry, then the end, is no error",
        [
            *QUIET,
            got(300, "retry: 2000\n\n"),
            gone(400, STALE, wake(3284)),
            timeout(3284, connect("e:2"), wake(48_284)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "goodbye before anything else",
        [*OPENED, got(200, "retry: 5000\n"), gone(300, wake(6184)), timeout(6183, wake(6184))],
        "CONNECTING",
        None,
    ),
    *(
        session(f"goodbye: {name}", [*QUIET, got(300, text), gone(400, STALE, wake(due))], "STALE", "e:2")
        for name, text, due in [
            ("retry 0", "retry: 0\n\n", 1284),
            ("retry above that", "retry: 30001\n\n", 31_284),
            ("retry beyond 64 bits", "retry: 18446744073709551617\n\n", 31_284),
            ("the last retry counts", "retry: 500\n\nretry: 9000\n\nretry: 1000\nretry: x\n\n", 2284),
            ("retry inside of an event", live("e:2", "hello").replace("\n", "\nretry: 1000\n", 1), 2284),
        ]
    ),
    *(
        session(
            f"no goodbye: {name}",
            [*QUIET, got(300, text), gone(400, error("CONNECTION_LOST"), STALE, wake(1284))],
            "STALE",
            "e:2",
        )
        for name, text in [
            ("retry that is no number", "retry: -1\nretry: 5s\nretry:\n\n"),
            ("half a line", "retry: 2000"),
        ]
    ),
    session(
        "goodbye, and the wait ends after the timer that is set: no other is asked for",
        [
            *QUIET,
            got(20_000, "retry: 30000\n\n"),
            gone(20_100, STALE),
            timeout(45_000, wake(50_984)),
            timeout(50_984, connect("e:2"), wake(95_984)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "retry is forgotten with its connection",
        [
            *QUIET,
            got(300, "retry: 2000\n\n"),
            gone(400, STALE, wake(3284)),
            timeout(3284, connect("e:2"), wake(48_284)),
            connected(3300),
            got(3400, named("resumed", "2"), READY),
            gone(3500, error("CONNECTION_LOST"), STALE, wake(4363)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "retry, then a fault: the wait is longer; a retry after the fault is not read",
        [
            *QUIET,
            got(
                300,
                "retry: 2000\n\n" + ready("e:2", 2) + "retry: 9000\n\n",
                DISCONNECT,
                error("INVALID_STREAM"),
                STALE,
                wake(3184),
            ),
            timeout(3184, connect(None), wake(48_184)),
        ],
        "STALE",
        "e:2",
    ),
    session(
        "retry, then silence: the wait is longer",
        [
            *QUIET,
            got(300, "retry: 2000\n\n"),
            timeout(45_000, wake(45_300)),
            timeout(45_300, DISCONNECT, error("SILENT"), STALE, wake(48_184)),
        ],
        "STALE",
        "e:2",
    ),
]


def rows():
    return [*ANSWERS, *REFUSED, *BACK_OFF, *GOODBYE]
