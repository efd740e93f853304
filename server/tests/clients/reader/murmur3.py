"""MurmurHash3_x86_32, and the bucket that it puts a user in."""

MASK = 0xFFFFFFFF


def murmur3(data, seed=0):
    """The hash of bytes, as an unsigned 32-bit number."""
    h = seed
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        h = (_rotate(h ^ _scramble(data[at : at + 4]), 13) * 5 + 0xE6546B64) & MASK
    h ^= _scramble(data[whole:]) ^ (len(data) & MASK)
    h = (h ^ (h >> 16)) * 0x85EBCA6B & MASK
    h = (h ^ (h >> 13)) * 0xC2B2AE35 & MASK
    return h ^ (h >> 16)


def bucket(flag_key, user_key):
    """Where the hash puts a user, in thousandths of a percent: 0 to 99,999."""
    h = murmur3(f"{flag_key}:{user_key}".encode())
    return h % 100 * 1000 + h // 100 % 1000


def _scramble(block):
    k = int.from_bytes(block, "little") * 0xCC9E2D51 & MASK
    return _rotate(k, 15) * 0x1B873593 & MASK


def _rotate(x, bits):
    return (x << bits | x >> (32 - bits)) & MASK
