//! How long changes take to their clients: a count for each length of time, from which percentiles are read.

use std::array;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts of lags. Whoever adds one waits for nobody.
#[derive(Debug)]
pub struct Lags {
    counts: [AtomicU64; BUCKETS],
}

/// Counts at one moment, or between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts([u64; BUCKETS]);

/// Each power of two, in microseconds, is cut into so many buckets: what is read is at most an eighth too long.
const PARTS: u64 = 8;
const PARTS_BITS: u32 = PARTS.ilog2();
/// Longer lags count as this one: a socket that takes nothing for 30 s is closed.
const LONGEST_BITS: u32 = 27;
const BUCKETS: usize = ((LONGEST_BITS - PARTS_BITS + 1) as usize + 1) * PARTS as usize;

impl Lags {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self { counts: array::from_fn(|_| AtomicU64::new(0)) }
    }

    /// Counts one.
    pub fn add(&self, lag: Duration) {
        if let Some(count) = self.counts.get(bucket(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX))) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The counts now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts(array::from_fn(|index| self.counts.get(index).map_or(0, |count| count.load(Ordering::Relaxed))))
    }
}

impl Default for Lags {
    fn default() -> Self {
        Self::new()
    }
}

impl Counts {
    /// What was counted since `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut counts = self.0;
        for (count, before) in counts.iter_mut().zip(earlier.0) {
            *count = count.saturating_sub(before);
        }
        Self(counts)
    }

    /// How many were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The lag that `percent` of those counted did not exceed; `None` where none were.
    #[must_use]
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let rank = (self.total() * percent).div_ceil(100).max(1);
        let mut counted = 0;
        let index = self.0.iter().position(|count| {
            counted += count;
            counted >= rank
        })?;
        Some(Duration::from_micros(longest_in(index as u64)))
    }
}

fn bucket(micros: u64) -> usize {
    let micros = micros.min((1 << (LONGEST_BITS + 1)) - 1);
    if micros < PARTS {
        return micros as usize;
    }
    let shift = micros.ilog2() - PARTS_BITS;
    (u64::from(shift) * PARTS + (micros >> shift)) as usize
}

/// The most microseconds that lead to a bucket.
const fn longest_in(bucket: u64) -> u64 {
    if bucket < 2 * PARTS {
        return bucket;
    }
    let shift = bucket / PARTS - 1;
    ((PARTS + bucket % PARTS + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_ends_where_the_next_begins() {
        for index in 0..BUCKETS as u64 {
            let longest = longest_in(index);
            assert_eq!(bucket(longest), index as usize);
            assert_eq!(bucket(longest + 1), (index as usize + 1).min(BUCKETS - 1));
        }
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn percentiles_are_at_most_an_eighth_too_long() {
        let lags = Lags::new();
        assert_eq!(lags.counts().percentile(50), None);
        for millis in 1..=1000 {
            lags.add(Duration::from_millis(millis));
        }
        let counts = lags.counts();
        assert_eq!(counts.total(), 1000);
        for percent in [1, 50, 99, 100] {
            let exact = Duration::from_millis(percent * 10);
            let read = counts.percentile(percent).unwrap();
            assert!(read >= exact && read <= exact.mul_f64(1.125), "{percent} %: {read:?}");
        }
    }

    #[test]
    fn what_was_counted_before_counts_no_more() {
        let lags = Lags::new();
        lags.add(Duration::from_secs(20));
        let before = lags.counts();
        lags.add(Duration::from_micros(5));
        let since = lags.counts().since(&before);
        assert_eq!((since.total(), since.percentile(99)), (1, Some(Duration::from_micros(5))));
        assert_eq!(lags.counts().since(&lags.counts()).percentile(50), None);
    }
}
