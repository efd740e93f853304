"""Cases of event_id.json: `<epoch>:<revision>` read from an event's id or a Last-Event-ID."""

import reference

KIND = "event_id"
WHAT = "Event ids of the form <epoch>:<revision>, accepted and refused."

VALID = [
    ("revision 0", "a:0"),
    ("plain", "3f2b8c1e9a4d4b6f:17"),
    ("every kind of letter", "aZ09._-:1"),
    ("epoch of dots", "...:5"),
    ("epoch of a dash", "-:5"),
    ("epoch of digits", "12:34"),
    ("longest epoch", "e" * 64 + ":1"),
    ("largest revision", "a:9007199254740991"),
    ("revision above 32 bits", "a:4294967296"),
    ("sixteen digits", "a:1000000000000000"),
]
INVALID = [
    ("nothing", ""),
    ("colon alone", ":"),
    ("no colon", "a1"),
    ("no epoch", ":1"),
    ("no revision", "a:"),
    ("revision alone", "17"),
    ("epoch one byte too long", "e" * 65 + ":1"),
    ("revision one too large", "a:9007199254740992"),
    ("revision at 2^64", "a:18446744073709551616"),
    ("revision that wraps to 1", "a:18446744073709551617"),
    ("revision of forty digits", "a:" + "9" * 40),
    ("leading zero", "a:01"),
    ("two zeros", "a:00"),
    ("seventeen zeros", "a:" + "0" * 17),
    ("plus sign", "a:+1"),
    ("minus sign", "a:-1"),
    ("minus zero", "a:-0"),
    ("fraction", "a:1.0"),
    ("exponent", "a:1e3"),
    ("hexadecimal", "a:0x1"),
    ("digit separator", "a:1_000"),
    ("letters for a revision", "a:one"),
    ("blank before", " a:1"),
    ("blank after", "a:1 "),
    ("blank after the colon", "a: 1"),
    ("blank in the epoch", "a b:1"),
    ("line end after", "a:1\n"),
    ("NUL after", "a:1\0"),
    ("NUL in the epoch", "a\0:1"),
    ("two colons", "a:1:2"),
    ("colon in the epoch", "a:b:1"),
    ("two colons together", "a::1"),
    ("slash in the epoch", "a/b:1"),
    ("multi-byte epoch", "é:1"),
    ("emoji epoch", "🚩:1"),
    ("Arabic digits", "a:\u0661"),
    ("full-width digit", "a:\uff11"),
    ("full-width colon", "a\uff1a1"),
]


def cases():
    for name, text in VALID:
        found = reference.parse_event_id(text)
        assert found is not None, name
        yield {"name": name, "text": text, "valid": True, "epoch": found[0], "revision": found[1]}
    for name, text in INVALID:
        assert reference.parse_event_id(text) is None, name
        yield {"name": name, "text": text, "valid": False}
