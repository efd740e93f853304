//! How long changes take to their clients: a count for each length of time, from which percentiles are read, and the
//! histogram that Prometheus gets.

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};
use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts of lags. Whoever adds one waits for nobody: each client does with each change. Clones count together.
#[derive(Clone, Debug)]
pub struct Lags(Arc<Cells>);

#[derive(Debug)]
struct Cells {
    counts: [AtomicU64; BUCKETS],
    /// All lags together, in microseconds.
    sum: AtomicU64,
}

/// Counts at one moment, or between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts([u64; BUCKETS]);

/// Each power of two, in microseconds, is cut into so many buckets: what is read is at most an eighth too long.
const PARTS: u64 = 8;
const PARTS_BITS: u32 = PARTS.ilog2();
/// Longer lags count as this one: a socket that takes nothing for 30 s is closed.
const LONGEST_BITS: u32 = 27;
/// The histogram's bounds, as powers of two: 128 µs to 16.8 s.
const SHORTEST_BOUND: u32 = 7;
const LONGEST_BOUND: u32 = 24;
const BUCKETS: usize = ((LONGEST_BITS - PARTS_BITS + 1) as usize + 1) * PARTS as usize;

impl Lags {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Cells { counts: array::from_fn(|_| AtomicU64::new(0)), sum: AtomicU64::new(0) }))
    }

    /// Counts one.
    pub fn add(&self, lag: Duration) {
        let micros = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX);
        if let Some(count) = self.0.counts.get(bucket(micros)) {
            count.fetch_add(1, Ordering::Relaxed);
            self.0.sum.fetch_add(micros, Ordering::Relaxed);
        }
    }

    /// The counts now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts(array::from_fn(|index| self.0.counts.get(index).map_or(0, |count| count.load(Ordering::Relaxed))))
    }
}

impl Default for Lags {
    fn default() -> Self {
        Self::new()
    }
}

impl TypedMetric for Lags {
    const TYPE: MetricType = MetricType::Histogram;
}

impl EncodeMetric for Lags {
    /// A histogram whose bounds are powers of two, in microseconds: only there do the counts allow an exact one.
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let counts = self.counts();
        let mut rest = counts.0.as_slice();
        let mut bounds: Vec<(f64, u64)> = Vec::new();
        for bits in SHORTEST_BOUND..=LONGEST_BOUND {
            let (below, others) = rest.split_at(bucket(1 << bits) - (BUCKETS - rest.len()));
            bounds.push((Duration::from_micros(1 << bits).as_secs_f64(), below.iter().sum()));
            rest = others;
        }
        bounds.push((f64::INFINITY, rest.iter().sum()));
        let sum = Duration::from_micros(self.0.sum.load(Ordering::Relaxed)).as_secs_f64();
        encoder.encode_histogram::<NoLabelSet>(sum, counts.total(), &bounds, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
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
    use prometheus_client::encoding::text;
    use prometheus_client::registry::Registry;

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

    #[test]
    fn the_histogram_has_each_lag_once_below_its_bound() {
        let (lags, mut registry) = (Lags::new(), Registry::default());
        registry.register("lag", "", lags.clone());
        for micros in [0, 127, 128, 1_000, 20_000_000, u64::MAX >> 20] {
            lags.add(Duration::from_micros(micros));
        }
        let mut text = String::new();
        text::encode(&mut text, &registry).unwrap();
        for line in
            ["le=\"0.000128\"} 2", "le=\"0.000256\"} 3", "le=\"0.001024\"} 4", "le=\"16.777216\"} 4", "le=\"+Inf\"} 6"]
        {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(text.contains("lag_count 6"), "{text}");
    }
}
