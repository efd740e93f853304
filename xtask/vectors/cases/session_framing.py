"""Sessions about the stream as bytes: line ends, marks, cuts, and lines beyond the parser's limit."""

from cases.flag_case import Template
from cases.session_script import (
    DISCONNECT,
    LIVE,
    OPENED,
    QUIET,
    READY,
    REPLAY,
    STALE,
    changed,
    connect,
    connected,
    data,
    delete,
    error,
    gone,
    got,
    got_b64,
    got_template,
    live,
    named,
    session,
    timeout,
    wake,
)

LINE_MOST = 2_097_152
DELETED = live("e:3", delete("a"))
NEWS = "event: news\ndata: "


def crlf(text):
    return text.replace("\n", "\r\n")


def too_long(name, template):
    steps = [got_template(300, template, DISCONNECT, error("INVALID_STREAM"), STALE, wake(1184))]
    return session(name, [*QUIET, *steps, timeout(1184, connect(None), wake(46_184))], "STALE", "e:2")


def rows():
    yield session(
        "lines that end with CR",
        [*OPENED, got(200, (REPLAY + DELETED).replace("\n", "\r"), changed("a", "b"), READY)],
        "READY",
        "e:3",
        b=2,
    )
    yield session(
        "lines that end with CRLF, cut between CR and LF",
        [
            *OPENED,
            got(200, crlf(REPLAY)[:-1], changed("a", "b"), READY),
            got(300, "\n" + crlf(DELETED)[:-3]),
            got(400, "\n"),
            got(500, "\r", changed("a")),
            got(600, "\n" + crlf(live("e:4", delete("b"))), changed("b")),
        ],
        "READY",
        "e:4",
    )
    yield session(
        "a byte order mark, at the start only",
        [
            *OPENED,
            got(200, "\ufeff" + REPLAY, changed("a", "b"), READY),
            got(300, "\ufeff" + data("hello") + DELETED, changed("a")),
        ],
        "READY",
        "e:3",
        b=2,
    )
    yield session(
        "comments, no blank after the colon, data on several lines, id after the data",
        [
            *OPENED,
            got(200, ":\n: hello\n\n" + REPLAY.replace(": ", ":"), changed("a", "b"), READY),
            got(300, 'data:{"type":\n: between\ndata: "DELETE",\ndata\ndata: "key":"a"}\nid:e:3\n\n:\n', changed("a")),
        ],
        "READY",
        "e:3",
        b=2,
    )
    yield session(
        "a character cut between two inputs",
        [
            *LIVE,
            # id: e:3, and the UPSERT of the flag c, whose description is the two bytes c3 and a9.
            got_b64(300, "aWQ6IGU6MwpkYXRhOiB7InR5cGUiOiJVUFNFUlQiLCJmbGFnIjp7ImtleSI6ImMiLCJkZXNjcmlwdGlvbiI6IsM="),
            got_b64(400, "qSIsInJldmlzaW9uIjozfX0KCg==", changed("c")),
        ],
        "READY",
        "e:3",
        a=1,
        b=2,
        c=3,
    )
    yield session(
        "bytes that are no UTF-8 are replaced, in a key they are wrong",
        [
            *LIVE,
            # An unknown event of the bytes ff fe; then id: e:3 and the DELETE of the key ff.
            got_b64(300, "ZXZlbnQ6IP/+CmRhdGE6IP/+Cgo="),
            got_b64(
                400,
                "aWQ6IGU6MwpkYXRhOiB7InR5cGUiOiJERUxFVEUiLCJrZXkiOiL/In0KCg==",
                DISCONNECT,
                error("INVALID_STREAM"),
                STALE,
                wake(1284),
            ),
        ],
        "STALE",
        "e:2",
        a=1,
        b=2,
    )
    yield session(
        "an event counts when its empty line has come; half of one is gone with its connection",
        [
            *LIVE,
            got(300, DELETED[:-1]),
            gone(400, error("CONNECTION_LOST"), STALE, wake(1284)),
            timeout(1284, connect("e:2"), wake(46_284)),
            connected(1300),
            got(1400, "\n" + named("resumed", "2"), READY),
            got(1500, live("e:3", delete("b")), changed("b")),
        ],
        "READY",
        "e:3",
        a=1,
    )
    longest = Template(":", "x", "", LINE_MOST - 1, "\n")
    yield session(
        "a line of 2 MiB, the longest",
        [*LIVE, got_template(300, longest), got(400, DELETED, changed("a"))],
        "READY",
        "e:3",
        b=2,
    )
    yield too_long("a line one byte longer, and no end of it yet", Template(":", "x", "", LINE_MOST, ""))
    # 2,097,100 bytes, and a line of 52.
    largest = Template(NEWS, "x", "", 2_097_100, "\ndata: " + "y" * 46 + "\n\n")
    yield session(
        "an event whose data and last line have 2 MiB, the most",
        [*LIVE, got_template(300, largest), got(400, DELETED, changed("a"))],
        "READY",
        "e:3",
        b=2,
    )
    yield too_long(
        "an event with one byte more, and no end of it yet",
        Template(NEWS, "x", "", 2_097_100, "\ndata: " + "y" * 47),
    )
