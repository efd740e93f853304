"""How long to wait before the next attempt."""

FIRST = 1_000
LONGEST = 30_000
REFUSED = (60_000, 240_000)
MASK = (1 << 64) - 1


class Backoff:
    """Full jitter; the bound doubles. The generator is SplitMix64, so that recorded sessions can be replayed."""

    def __init__(self, seed):
        self._state = seed
        self._bound = FIRST

    def next_delay(self):
        bound = self._bound
        self._bound = min(2 * bound, LONGEST)
        return self._up_to(bound)

    def refused_delay(self):
        return REFUSED[0] + self._up_to(REFUSED[1])

    def reset(self):
        self._bound = FIRST

    def _up_to(self, most):
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        z = self._state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        z ^= z >> 31
        return ((z >> 32) * (most + 1)) >> 32
