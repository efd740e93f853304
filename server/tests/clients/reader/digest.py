"""The digest: a number over which flag stands at which revision."""

MASK = (1 << 64) - 1


def digest(flags):
    """The sum over pairs of key and revision, as 16 hexadecimal digits."""
    return f"{sum(_term(key, revision) for key, revision in flags) & MASK:016x}"


def _term(key, revision):
    h = 0xCBF29CE484222325
    for byte in key.encode():
        h = (h ^ byte) * 0x100000001B3 & MASK
    h ^= revision * 0x9E3779B97F4A7C15 & MASK
    h = (h ^ (h >> 33)) * 0xFF51AFD7ED558CCD & MASK
    h = (h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53 & MASK
    return h ^ (h >> 33)
