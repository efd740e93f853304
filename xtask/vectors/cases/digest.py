"""Cases of digest.json: the order-free checksum over keys and revisions."""

import reference

KIND = "digest"
WHAT = "Digest of a set of flags, from their keys and revisions."

LARGEST = reference.REVISION_MAX
THREE = [["dark_mode", 1], ["new_checkout", 2], ["beta.search-v2", 3]]

ROWS = [
    ("no flags", []),
    ("one flag, revision 0", [["dark_mode", 0]]),
    ("one flag, revision 1", [["dark_mode", 1]]),
    ("one flag, revision 2", [["dark_mode", 2]]),
    ("one flag, largest revision", [["dark_mode", LARGEST]]),
    ("one flag, revision above 32 bits", [["dark_mode", 1 << 32]]),
    ("shortest key", [["a", 1]]),
    ("shortest key in upper case", [["A", 1]]),
    ("longest key", [["k" * 128, 1]]),
    ("key of digits", [["0", 1]]),
    ("three flags", THREE),
    ("three flags, backwards", THREE[::-1]),
    ("three flags, rotated", THREE[1:] + THREE[:1]),
    ("three flags, one deleted", THREE[:2]),
    ("three flags, two revisions swapped", [["dark_mode", 2], ["new_checkout", 1], ["beta.search-v2", 3]]),
    ("two keys whose texts join alike", [["ab", 1], ["c", 1]]),
    ("the same letters, cut elsewhere", [["a", 1], ["bc", 1]]),
    ("two flags at the same revision", [["a", 7], ["b", 7]]),
    ("a hundred flags", [[f"flag_{n:03}", 1000 + n] for n in range(100)]),
    ("a hundred flags, backwards", [[f"flag_{n:03}", 1000 + n] for n in reversed(range(100))]),
]


def cases():
    digests = {}
    for name, flags in ROWS:
        digests[name] = reference.digest(flags)
        yield {"name": name, "flags": flags, "digest": digests[name]}
    assert digests["no flags"] == "0" * 16
    assert digests["three flags"] == digests["three flags, backwards"] == digests["three flags, rotated"]
    assert digests["three flags"] != digests["three flags, two revisions swapped"]
    hundred = dict(ROWS)["a hundred flags"]
    assert sum(int(reference.digest([flag]), 16) for flag in hundred) > reference.MASK, "one case must wrap"
