//! How often each of many callers may do something, in memory of a fixed size.
//!
//! It is the generic cell rate algorithm (ITU-T I.371, annex A): one number a caller, the moment at which it would stand
//! at zero again. The numbers are a table of fixed length that callers share by hash, so nothing grows with the number
//! of callers, nothing has to be dropped, and an attacker with a network full of addresses only shares places. Two
//! callers of one place share its rate; the hash is seeded at random, so nobody can aim at another's place.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A rate that holds for each caller.
pub(super) struct RateLimit {
    /// Steps a second.
    rate: NonZeroU32,
    /// Between two steps of a caller that goes on for ever, in nanoseconds.
    interval: u64,
    started: Instant,
    hasher: RandomState,
    /// When the callers of each place stand at zero again, in nanoseconds from `started` on.
    places: Box<[AtomicU64]>,
}

/// A step that is not free yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Excess {
    /// How many steps a second are.
    pub(super) allowed: u32,
    /// How long until the next one.
    pub(super) wait: Duration,
}

/// What may be taken at once, as time at the rate: ten seconds' worth.
pub(super) const BURST: Duration = Duration::from_secs(10);
/// 128 KiB. A thousand callers at their limit take a sixteenth of it.
const PLACES: usize = 1 << 14;

impl RateLimit {
    /// `rate` steps a second for each caller, and ten times as many at once.
    pub(super) fn new(rate: NonZeroU32) -> Self {
        Self {
            rate,
            interval: 1_000_000_000 / u64::from(rate.get()),
            started: Instant::now(),
            hasher: RandomState::new(),
            places: std::iter::repeat_with(AtomicU64::default).take(PLACES).collect(),
        }
    }

    /// One step of `caller`.
    ///
    /// # Errors
    /// When the next one is free. A step that is refused costs nothing.
    pub(super) fn take(&self, caller: impl Hash) -> Result<(), Excess> {
        self.take_at(caller, self.started.elapsed())
    }

    fn take_at(&self, caller: impl Hash, now: Duration) -> Result<(), Excess> {
        let now = nanos(now);
        let latest = now.saturating_add(nanos(BURST));
        let index = self.hasher.hash_one(caller) % PLACES as u64;
        let Some(place) = usize::try_from(index).ok().and_then(|index| self.places.get(index)) else { return Ok(()) };
        let after = |at_zero: u64| at_zero.max(now).saturating_add(self.interval);
        let taken = place.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |at_zero| {
            Some(after(at_zero)).filter(|after| *after <= latest)
        });
        taken.map(drop).map_err(|at_zero| Excess {
            allowed: self.rate.get(),
            wait: Duration::from_nanos(after(at_zero).saturating_sub(latest)),
        })
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rate: u32) -> RateLimit {
        RateLimit::new(NonZeroU32::new(rate).unwrap())
    }

    fn taken(limit: &RateLimit, caller: &str, attempts: usize, now: Duration) -> usize {
        (0..attempts).filter(|_| limit.take_at(caller, now).is_ok()).count()
    }

    #[test]
    fn ten_seconds_worth_is_free_at_once_and_then_the_rate() {
        let limit = limit(100);
        assert_eq!(taken(&limit, "a", 5_000, Duration::ZERO), 1_000);
        assert_eq!(taken(&limit, "a", 5_000, Duration::from_millis(500)), 50);
        assert_eq!(taken(&limit, "a", 5_000, Duration::from_secs(2)), 150);
        assert_eq!(taken(&limit, "a", 5_000, Duration::from_secs(3_600)), 1_000, "no more than that is ever saved up");
    }

    #[test]
    fn a_refusal_says_when_the_next_step_is_free() {
        let limit = limit(4);
        let now = Duration::from_secs(7);
        assert_eq!(taken(&limit, "a", 100, now), 40);
        let Excess { allowed, wait } = limit.take_at("a", now).unwrap_err();
        assert_eq!((allowed, wait), (4, Duration::from_millis(250)));
        assert!(limit.take_at("a", now + wait - Duration::from_nanos(1)).is_err());
        assert!(limit.take_at("a", now + wait).is_ok());
    }

    #[test]
    fn steps_that_are_refused_cost_nothing() {
        let limit = limit(1);
        assert_eq!(taken(&limit, "a", 1_000_000, Duration::ZERO), 10);
        assert_eq!(taken(&limit, "a", 100, Duration::from_secs(3)), 3);
    }

    #[test]
    fn a_million_addresses_take_no_more_memory_and_hardly_anybody_else_s_steps() {
        let limit = limit(100);
        let before = limit.places.len();
        for number in 0..1_000_000_u64 {
            let _ = limit.take_at(number, Duration::from_nanos(number * 1_000));
        }
        assert_eq!(limit.places.len(), before);
        // An attacker's million steps within a second are 61 for each place: nobody honest is near its thousand.
        assert!(limit.take_at("honest", Duration::from_secs(1)).is_ok());
        assert!(taken(&limit, "honest", 800, Duration::from_secs(1)) == 800);
    }

    #[test]
    fn two_threads_take_no_more_than_one() {
        let limit = limit(50);
        let both = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..2).map(|_| scope.spawn(|| taken(&limit, "a", 100_000, Duration::from_secs(1)))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
        });
        assert_eq!(both, 500);
    }
}
