//! How long to wait before the next connection: full jitter, so that a fleet that lost its server does not come back as
//! one crowd (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).

/// The longest first wait, in milliseconds; it doubles with each attempt.
const FIRST: u64 = 1_000;
/// The longest wait, in milliseconds.
const LONGEST: u64 = 30_000;
/// How long a refused key waits at least, in milliseconds, and how much longer at most: a wrong key on the server for a
/// minute must not leave a fleet deaf, and a wrong key in the fleet must not hammer the server.
const REFUSED: (u64, u64) = (60_000, 240_000);

/// How long to wait, by the attempts since the last healthy connection, and the generator of what is random in it.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    /// The longest that the next wait may be, in milliseconds.
    longest: u64,
    state: u64,
}

impl Backoff {
    /// No attempts yet; `seed` should differ between any two clients.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { longest: FIRST, state: seed }
    }

    /// The delay before the next attempt, in milliseconds.
    pub(crate) fn next_delay(&mut self) -> u64 {
        let longest = self.longest;
        self.longest = (longest * 2).min(LONGEST);
        self.up_to(longest)
    }

    /// The delay after a refused key, in milliseconds.
    pub(crate) fn refused_delay(&mut self) -> u64 {
        REFUSED.0 + self.up_to(REFUSED.1)
    }

    /// A connection was healthy: the next delay is a first one again.
    pub(crate) const fn reset(&mut self) {
        self.longest = FIRST;
    }

    /// A random number from 0 to `most`.
    fn up_to(&mut self, most: u64) -> u64 {
        // Of a random number the upper half will do: no delay is as long as 2^32 milliseconds.
        ((self.random() >> 32) * (most + 1)) >> 32
    }

    /// SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    const fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_half_a_minute_and_spread_over_the_whole_range() {
        for (attempt, longest) in
            [(0, 1_000), (1, 2_000), (2, 4_000), (4, 16_000), (5, 30_000), (40, 30_000), (1_000, 30_000)]
        {
            let delays = (0..2_000).map(|seed| {
                let mut backoff = Backoff::new(seed);
                for _ in 0..attempt {
                    backoff.next_delay();
                }
                backoff.next_delay()
            });
            let (mut least, mut most) = (u64::MAX, 0);
            for delay in delays {
                (least, most) = (least.min(delay), most.max(delay));
            }
            assert!(most <= longest, "attempt {attempt}: {most} ms");
            assert!(least < longest / 50 && most > longest / 50 * 49, "attempt {attempt}: {least} to {most} ms");
        }
    }

    #[test]
    fn a_refused_key_waits_one_to_five_minutes() {
        let mut backoff = Backoff::new(7);
        assert!((0..1_000).all(|_| (60_000..=300_000).contains(&backoff.refused_delay())));
    }

    #[test]
    fn the_generator_is_splitmix64() {
        // The first outputs for the seed 1234567, as published with the reference code.
        let mut backoff = Backoff::new(1_234_567);
        let expected = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423_u64];
        assert_eq!(expected, core::array::from_fn(|_| backoff.random()));
    }
}
