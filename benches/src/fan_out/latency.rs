//! Times, summarised by percentiles.

use std::time::Duration;

/// Times of many events, in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// Of times in any order.
    #[must_use]
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The least time that so many percent of all events kept within (nearest rank), in seconds; 0 without events.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.0.len() as f64 - 1e-6).ceil().max(1.0) as usize;
        self.0.get(rank.min(self.0.len()).saturating_sub(1)).copied().unwrap_or_default().as_secs_f64()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(millis: impl IntoIterator<Item = u64>) -> Latencies {
        Latencies::new(millis.into_iter().map(Duration::from_millis).collect())
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let thousand = latencies((1..=1000).rev());
        let at = |percent| (thousand.percentile(percent) * 1000.0).round() as u64;
        assert_eq!([at(50.0), at(90.0), at(99.0), at(99.9), at(100.0)], [500, 900, 990, 999, 1000]);
        assert_eq!(at(0.0), 1);
    }

    #[test]
    fn of_few_times_a_high_percentile_is_the_greatest() {
        assert_eq!(latencies([5, 9, 7]).percentile(99.0), 0.009);
        assert_eq!(latencies([5]).percentile(50.0), 0.005);
        assert_eq!(latencies([]).percentile(99.0), 0.0);
    }
}
