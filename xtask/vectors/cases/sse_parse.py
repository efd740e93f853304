"""Cases of sse_parse.json: whole event streams as bytes, and the events that they dispatch."""

import base64

import event_stream

KIND = "sse"
WHAT = "Event-stream parsing as the HTML standard has it: a whole stream's bytes and the events it dispatches."


def event(data, type="message", id=""):
    return {"type": type, "data": data, "id": id}


X, Y = event("x"), event("y")
FLAG = '{"type":"UPSERT","flag":{"key":"dark_mode","is_enabled":true,"rollout_percentage":50,"rules":[],"revision":17}}'
DELETE = '{"type":"DELETE","key":"dark_mode"}'
READY = '{"revision":17,"flags":1}'
HEARTBEAT = '{"revision":17,"digest":"00f1e2d3c4b5a697"}'

# name, stream, events, retry (None: never set)
LINES = [
    ("nothing", b"", [], None),
    ("line ends alone", b"\n\n\r\n\r\r\n", [], None),
    ("one event", b"data: x\n\n", [X], None),
    ("two events", b"data: x\n\ndata: y\n\n", [X, Y], None),
    ("CR", b"data: x\r\rdata: y\r\r", [X, Y], None),
    ("CRLF", b"data: x\r\n\r\ndata: y\r\n\r\n", [X, Y], None),
    ("all three mixed", b"data: x\r\n\ndata: y\r\r\n", [X, Y], None),
    ("LF, then CR", b"data: x\n\rdata: y\n\r", [X, Y], None),
    ("CR CR LF: one line end and one empty line", b"data: a\r\r\ndata: b\r\n\r\n", [event("a"), event("b")], None),
    ("CRLF inside an event is one line end", b"data: a\r\ndata: b\r\n\r\n", [event("a\nb")], None),
    ("CR inside an event", b"data: a\rdata: b\r\r", [event("a\nb")], None),
    ("CRLF, then LF", b"data: a\r\ndata: b\r\n\ndata: c\n\n", [event("a\nb"), event("c")], None),
    ("many empty lines between", b"data: x\n\n\n\n\ndata: y\n\n", [X, Y], None),
    ("ends on a CR, which may be half a CRLF", b"data: x\r\n\r", [X], None),
    ("vertical tab and form feed end no line", b"data: a\x0bb\x0cc\n\n", [event("a\x0bb\x0cc")], None),
    (
        "U+0085, U+2028 and U+2029 end no line",
        "data: a\x85b\u2028c\u2029d\n\n".encode(),
        [event("a\x85b\u2028c\u2029d")],
        None,
    ),
    ("unterminated: no empty line", b"data: x\n", [], None),
    ("unterminated: no line end", b"data: x", [], None),
    ("unterminated after a whole event", b"data: x\n\ndata: y\n", [X], None),
    ("unterminated: half a field name", b"data: x\n\nda", [X], None),
    ("unterminated: a CR only", b"data: x\r", [], None),
    ("unterminated: a CRLF only", b"data: x\r\n", [], None),
    ("unterminated: id and data", b"id: 1\ndata: x\n\nid: 2\ndata: y\n", [event("x", id="1")], None),
]
MARKS = [
    ("byte order mark", b"\xef\xbb\xbfdata: x\n\n", [X], None),
    ("byte order mark alone", b"\xef\xbb\xbf", [], None),
    ("byte order mark before a line end", b"\xef\xbb\xbf\ndata: x\n\n", [X], None),
    (
        "two byte order marks: the second belongs to the field's name",
        b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata: y\n\n",
        [Y],
        None,
    ),
    ("byte order mark later belongs to the field's name", b"data: x\n\n\xef\xbb\xbfdata: y\n\n", [X], None),
    ("byte order mark inside data stays", b"data: \xef\xbb\xbfx\n\n", [event("\ufeffx")], None),
    ("two thirds of a byte order mark", b"\xef\xbbdata: x\n\ndata: y\n\n", [Y], None),
    ("byte order mark, then a comment", b"\xef\xbb\xbf: hello\ndata: x\n\n", [X], None),
]
FIELDS = [
    ("no blank after the colon", b"data:x\n\n", [X], None),
    ("two blanks: one stays", b"data:  x\n\n", [event(" x")], None),
    ("a blank alone", b"data: \n\n", [event("")], None),
    ("two blanks alone", b"data:  \n\n", [event(" ")], None),
    ("trailing blank stays", b"data: x \n\n", [event("x ")], None),
    ("a tab is no blank", b"data:\tx\n\n", [event("\tx")], None),
    ("a no-break space is no blank", b"data:\xc2\xa0x\n\n", [event("\u00a0x")], None),
    ("colons in the value", b"data: a:b: c\n\n", [event("a:b: c")], None),
    ("colon first in the value", b"data::x\n\n", [event(":x")], None),
    ("several data lines", b"data: a\ndata: b\ndata: c\n\n", [event("a\nb\nc")], None),
    ("data without a colon", b"data\n\n", [event("")], None),
    ("data without a value", b"data:\n\n", [event("")], None),
    ("two empty data lines", b"data\ndata:\n\n", [event("\n")], None),
    ("empty data line first", b"data:\ndata: x\n\n", [event("\nx")], None),
    ("empty data line last", b"data: x\ndata:\n\n", [event("x\n")], None),
    ("empty data line between", b"data: a\ndata\ndata: b\n\n", [event("a\n\nb")], None),
    ("NUL in data stays", b"data: a\0b\n\n", [event("a\0b")], None),
    ("comment", b": a comment\ndata: x\n\n", [X], None),
    ("colon alone", b":\ndata: x\n\n", [X], None),
    ("comment inside an event", b"data: a\n: b\ndata: c\n\n", [event("a\nc")], None),
    ("comment that looks like a field", b":data: x\n\ndata: y\n\n", [Y], None),
    ("comments alone", b": a\n\n: b\n\n", [], None),
    ("unknown field", b"datum: a\ndata: x\nfoo: b\n\n", [X], None),
    ("unknown field without a colon", b"foo\ndata: x\n\n", [X], None),
    ("field names are case-sensitive", b"Data: a\nDATA: b\nEvent: c\nID: d\ndata: x\n\n", [X], None),
    ("blank before a field name", b" data: a\ndata: x\n\n", [X], None),
    ("blank after a field name", b"data : a\ndata: x\n\n", [X], None),
    ("field name cut short", b"dat: a\ndata: x\n\n", [X], None),
    ("field name too long", b"dataa: a\ndata: x\n\n", [X], None),
    ("NUL in a field name", b"da\0ta: a\ndata: x\n\n", [X], None),
]
TYPES = [
    ("event type", b"event: ready\ndata: x\n\n", [event("x", "ready")], None),
    ("event type after the data", b"data: x\nevent: ready\n\n", [event("x", "ready")], None),
    ("event type for one event only", b"event: ready\ndata: x\n\ndata: y\n\n", [event("x", "ready"), Y], None),
    ("the last event type wins", b"event: a\nevent: b\ndata: x\n\n", [event("x", "b")], None),
    ("empty event type is message", b"event:\ndata: x\n\n", [X], None),
    ("event without a colon is message", b"event\ndata: x\n\n", [X], None),
    ("empty event type takes back the one before", b"event: a\nevent:\ndata: x\n\n", [X], None),
    ("no data: not dispatched, event type forgotten", b"event: a\n\ndata: x\n\n", [X], None),
    ("event type with blanks", b"event:  a b \ndata: x\n\n", [event("x", " a b ")], None),
    ("multi-byte event type", "event: bereit✓\ndata: x\n\n".encode(), [event("x", "bereit✓")], None),
    ("event type message", b"event: message\ndata: x\n\n", [X], None),
]
IDS = [
    ("id", b"id: 1\ndata: x\n\n", [event("x", id="1")], None),
    ("id after the data", b"data: x\nid: 1\n\n", [event("x", id="1")], None),
    (
        "id holds for the events after it",
        b"id: 1\ndata: x\n\ndata: y\n\n",
        [event("x", id="1"), event("y", id="1")],
        None,
    ),
    ("the last id wins", b"id: 1\nid: 2\ndata: x\n\n", [event("x", id="2")], None),
    ("empty id resets", b"id: 1\ndata: x\n\nid:\ndata: y\n\n", [event("x", id="1"), Y], None),
    ("id without a colon resets", b"id: 1\ndata: x\n\nid\ndata: y\n\n", [event("x", id="1"), Y], None),
    (
        "id with NUL is ignored",
        b"id: 1\ndata: x\n\nid: 2\0\ndata: y\n\n",
        [event("x", id="1"), event("y", id="1")],
        None,
    ),
    ("id of NUL alone is ignored", b"id: 1\nid: \0\ndata: x\n\n", [event("x", id="1")], None),
    ("id without data holds for the next event", b"id: 1\n\ndata: x\n\n", [event("x", id="1")], None),
    ("id keeps all but one blank", b"id:  1 \ndata: x\n\n", [event("x", id=" 1 ")], None),
    ("id of letters and colons", b"id: a.B-c_9:17\ndata: x\n\n", [event("x", id="a.B-c_9:17")], None),
    ("multi-byte id", "id: ü🚩\ndata: x\n\n".encode(), [event("x", id="ü🚩")], None),
    ("id of invalid UTF-8", b"id: \xff\ndata: x\n\n", [event("x", id="\ufffd")], None),
]
RETRIES = [
    ("retry", b"retry: 3000\ndata: x\n\n", [X], 3000),
    ("retry 0", b"retry: 0\n\n", [], 0),
    ("retry without a blank", b"retry:250\n\n", [], 250),
    ("retry with leading zeros", b"retry: 00250\n\n", [], 250),
    ("the last retry wins", b"retry: 100\nretry: 200\n\nretry: 300\n\n", [], 300),
    ("retry holds before any empty line", b"retry: 1500\n", [], 1500),
    ("retry with junk after is ignored", b"retry: 100\nretry: 200x\n\n", [], 100),
    ("retry with junk before is ignored", b"retry: x200\ndata: x\n\n", [X], None),
    ("retry with a sign is ignored", b"retry: 100\nretry: -5\nretry: +5\n\n", [], 100),
    ("retry with a fraction is ignored", b"retry: 1.5\ndata: x\n\n", [X], None),
    ("retry with an exponent is ignored", b"retry: 1e3\ndata: x\n\n", [X], None),
    ("retry with two blanks is ignored", b"retry:  100\ndata: x\n\n", [X], None),
    ("retry with a trailing blank is ignored", b"retry: 100 \ndata: x\n\n", [X], None),
    ("retry of Arabic digits is ignored", "retry: \u0661\u0662\ndata: x\n\n".encode(), [X], None),
    ("retry is not Retry", b"Retry: 100\ndata: x\n\n", [X], None),
    ("retry of ten digits", b"retry: 4294967296\n\n", [], 4294967296),
]
ENCODINGS = [
    ("multi-byte data", "data: Zoë 東京 🚩\n\n".encode(), [event("Zoë 東京 🚩")], None),
    ("decomposed accents stay", "data: e\u0301\n\n".encode(), [event("e\u0301")], None),
    ("invalid byte", b"data: a\xffb\n\n", [event("a\ufffdb")], None),
    ("continuation byte alone", b"data: a\x80b\n\n", [event("a\ufffdb")], None),
    ("sequence cut by a letter", b"data: a\xe2\x82b\n\n", [event("a\ufffdb")], None),
    ("sequence cut by the line end", b"data: \xf0\x9f\x9a\ndata: x\n\n", [event("\ufffd\nx")], None),
    ("sequence cut by an empty line", b"data: \xe2\n\ndata: x\n\n", [event("\ufffd"), X], None),
    ("sequence cut by CRLF", b"data: \xc3\r\n\r\n", [event("\ufffd")], None),
    ("overlong slash", b"data: \xc0\xaf\n\n", [event("\ufffd\ufffd")], None),
    ("overlong line end ends no line", b"data: a\xc0\x8ab\n\n", [event("a\ufffd\ufffdb")], None),
    ("surrogate", b"data: \xed\xa0\x80\n\n", [event("\ufffd\ufffd\ufffd")], None),
    ("above U+10FFFF", b"data: \xf4\x90\x80\x80\n\n", [event("\ufffd\ufffd\ufffd\ufffd")], None),
    ("two cut sequences", b"data: \xe2\x82\xe2\x82\xac\n\n", [event("\ufffd€")], None),
    ("invalid byte in a field name", b"da\xffta: a\ndata: x\n\n", [X], None),
    ("invalid byte in an event type", b"event: a\xff\ndata: x\n\n", [event("x", "a\ufffd")], None),
    ("5,000 bytes on one line", b"data: " + b"0123456789" * 500 + b"\n\n", [event("0123456789" * 500)], None),
    ("200 data lines", b"data: x\n" * 200 + b"\n", [event("\n".join("x" * 200))], None),
]


def stream(*lines):
    return "".join(line + "\n" for line in lines).encode()


ID, NEXT = "3f2b8c1e9a4d4b6f:17", "3f2b8c1e9a4d4b6f:18"
REPLAY = stream(
    *("event: connected", "data: true", ""),
    *(f"data: {FLAG}", ""),
    *(f"id: {ID}", "event: ready", f"data: {READY}", ""),
)
REPLAYED = [event("true", "connected"), event(FLAG), event(READY, "ready", ID)]
LIVE = stream(f"id: {NEXT}", f"data: {DELETE}", "")
RESUMED = stream("event: resumed", 'data: {"revision":17}', "")
BEAT = stream("event: heartbeat", f"data: {HEARTBEAT}", "")
PROTOCOL = [
    ("Sidekick: full replay", REPLAY, REPLAYED, None),
    ("Sidekick: replay cut before ready bears no id", REPLAY[: REPLAY.index(b"event: ready")], REPLAYED[:2], None),
    ("Sidekick: full replay, then a change", REPLAY + LIVE, [*REPLAYED, event(DELETE, id=NEXT)], None),
    ("Sidekick: heartbeat bears the last id", REPLAY + BEAT, [*REPLAYED, event(HEARTBEAT, "heartbeat", ID)], None),
    (
        "Sidekick: resumed, then a change",
        RESUMED + LIVE,
        [event('{"revision":17}', "resumed"), event(DELETE, id=NEXT)],
        None,
    ),
    (
        "Sidekick: replay of no flags",
        stream(
            "event: connected", "data: true", "", f"id: {ID}", "event: ready", 'data: {"revision":17,"flags":0}', ""
        ),
        [event("true", "connected"), event('{"revision":17,"flags":0}', "ready", ID)],
        None,
    ),
    ("Sidekick: goodbye", REPLAY + b"retry: 3141\n\n", REPLAYED, 3141),
    (
        "Sidekick: unknown event name",
        stream("event: news", "data: {}", "") + LIVE,
        [event("{}", "news"), event(DELETE, id=NEXT)],
        None,
    ),
]
GROUPS = [LINES, MARKS, FIELDS, TYPES, IDS, RETRIES, ENCODINGS, PROTOCOL]


def cases():
    for name, raw, events, retry in (row for group in GROUPS for row in group):
        assert event_stream.parse(raw) == (events, retry), (name, event_stream.parse(raw))
        case = {"name": name, "input_b64": base64.b64encode(raw).decode(), "events": events}
        yield case if retry is None else {**case, "retry": retry}
