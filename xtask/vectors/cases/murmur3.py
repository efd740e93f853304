"""Cases of murmur3.json: bytes and seed to MurmurHash3_x86_32."""

import reference

KIND = "hash"
WHAT = "MurmurHash3_x86_32 of bytes with a seed."

LETTERS = "abcdefghijklmnopqrst"
FOX = "The quick brown fox jumps over the lazy dog"
SEED = 0x9747B28C

# Values published with other implementations, held against mmh3 here.
PUBLISHED_TEXT = [
    ("", 0, 0x00000000),
    ("", 1, 0x514E28B7),
    ("", 0xFFFFFFFF, 0x81F16F39),
    ("a", SEED, 0x7FA09EA6),
    ("aa", SEED, 0x5D211726),
    ("aaa", SEED, 0x283E0130),
    ("aaaa", SEED, 0x5A97808A),
    ("ab", SEED, 0x74875592),
    ("abc", SEED, 0xC84A62DD),
    ("abcd", SEED, 0xF0478627),
    ("abc", 0, 0xB3DD93FA),
    ("test", 0, 0xBA6BD213),
    ("test", SEED, 0x704B81DC),
    ("hello", 0, 0x248BFA47),
    ("hello, world", 0, 0x149BBB7F),
    ("Hello, world!", SEED, 0x24884CBA),
    (FOX, 0, 0x2E4FF723),
    (FOX, SEED, 0x2FA826CD),
    (FOX + ".", 0, 0xD5C48BFC),
]
PUBLISHED_HEX = [
    ("ffffffff", 0, 0x76293B50),
    ("21436587", 0, 0xF55B516B),
    ("21436587", 0x5082EDEE, 0x2362F9DE),
    ("214365", 0, 0x7E4A8634),
    ("2143", 0, 0xA0F7B07A),
    ("21", 0, 0x72661CF4),
    ("00000000", 0, 0x2362F9DE),
    ("000000", 0, 0x85F0B427),
    ("0000", 0, 0x30F4C306),
    ("00", 0, 0x514E28B7),
]
TEXTS = [
    ("two-byte letters", "äöüß"),
    ("three-byte letters", "日本語のフラグ"),
    ("emoji", "🚩🏳️‍🌈"),
    ("a multi-byte letter across a block's end", "abcé"),
    ("e with a combining accent", "e\u0301"),
    ("NUL inside", "a\0b"),
    ("blanks and line ends", " \t\r\n"),
    ("a flag key and a user key", "dark_mode:user-1"),
]
BYTES = [
    ("continuation bytes alone", "808182"),
    ("all bits set, seven bytes", "ff" * 7),
    ("a lone surrogate's bytes", "eda080"),
    ("every byte once", bytes(range(256)).hex()),
]


def cases():
    for text, seed, expected in PUBLISHED_TEXT:
        yield published(f"published: {text!r}, seed {seed:#x}", {"input": text}, text.encode(), seed, expected)
    for text, seed, expected in PUBLISHED_HEX:
        data = bytes.fromhex(text)
        yield published(f"published: bytes {text}, seed {seed:#x}", {"input_hex": text}, data, seed, expected)
    smhasher = b"".join(reference.murmur3(bytes(range(n)), 256 - n).to_bytes(4, "little") for n in range(256))
    yield published("published: SMHasher's verification", {"input_hex": smhasher.hex()}, smhasher, 0, 0xB0F57EE3)
    for length in range(1, len(LETTERS) + 1):
        yield text_case(f"{length} letters", LETTERS[:length], 0)
    for length in range(1, len(LETTERS) + 1):
        data = bytes(255 - 7 * n for n in range(length))
        yield hex_case(f"{length} high bytes", data, 0)
    for length in range(1, 9):
        yield text_case(f"{length} letters, another seed", LETTERS[:length], 0xDEADBEEF)
    for name, text in TEXTS:
        yield text_case(name, text, 0)
    for name, text in BYTES:
        yield hex_case(name, bytes.fromhex(text), 0)
    for length in (255, 256, 1000, 1001, 1002, 1003):
        yield text_case(f"{length} times x", "x" * length, 0)


def published(name, given, data, seed, expected):
    assert reference.murmur3(data, seed) == expected, name
    return {"name": name, **given, "seed": seed, "hash": expected}


def text_case(name, text, seed):
    return {"name": name, "input": text, "seed": seed, "hash": reference.murmur3(text.encode(), seed)}


def hex_case(name, data, seed):
    return {"name": name, "input_hex": data.hex(), "seed": seed, "hash": reference.murmur3(data, seed)}
