//! A limit that was reached, and when to come again.

use super::rate::{BURST, Excess};
use std::ops::RangeInclusive;

/// What can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Writes with one key.
    WriteRatePerKey,
    /// Writes from one address.
    WriteRatePerAddress,
    /// Streams opened with one key.
    StreamRatePerKey,
    /// Streams opened from one address.
    StreamRatePerAddress,
    /// Missing and unknown keys from one address.
    AuthFailureRate,
    /// Streams that are open.
    MaxStreams,
    /// Streams that are open with one key.
    MaxStreamsPerKey,
    /// Flags in the store.
    MaxFlags,
}

/// A caller is sent away for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was reached.
    pub limit: Limit,
    /// What the limit is set to.
    pub allowed: u32,
    /// After how many seconds it is worth another try.
    pub retry_after: u32,
}

/// Streams are sent away for a random time, in seconds, so that a fleet does not come back as one crowd.
const STREAM_SPREAD: RangeInclusive<u32> = 1..=15;
/// As long as SDKs wait by themselves after a key that is refused, in seconds: telling them to come earlier would make
/// things worse.
const FAILURE_SPREAD: RangeInclusive<u32> = 60..=300;

impl Limit {
    /// Its name in metrics; in capitals, the environment variable that sets it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WriteRatePerKey => "write_rate_per_key",
            Self::WriteRatePerAddress => "write_rate_per_address",
            Self::StreamRatePerKey => "stream_rate_per_key",
            Self::StreamRatePerAddress => "stream_rate_per_address",
            Self::AuthFailureRate => "auth_failure_rate",
            Self::MaxStreams => "max_streams",
            Self::MaxStreamsPerKey => "max_streams_per_key",
            Self::MaxFlags => "max_flags",
        }
    }
}

impl Refusal {
    /// A rate was reached; `wait` is the time until the next step is free.
    pub(super) fn of_rate(limit: Limit, Excess { allowed, wait }: Excess) -> Self {
        // At least a second: `Retry-After: 0` would ask for the next refusal at once.
        let wait = u32::try_from(wait.as_millis().div_ceil(1_000)).unwrap_or(u32::MAX).max(1);
        let retry_after = match limit {
            Limit::StreamRatePerKey | Limit::StreamRatePerAddress => wait.saturating_add(spread(STREAM_SPREAD)),
            Limit::AuthFailureRate => spread(FAILURE_SPREAD),
            _ => wait,
        };
        Self { limit, allowed, retry_after }
    }

    /// There are as many streams as there may be.
    pub(super) fn of_streams(limit: Limit, allowed: u32) -> Self {
        Self { limit, allowed, retry_after: spread(STREAM_SPREAD) }
    }

    /// What was wrong and what would be right, for people.
    #[must_use]
    pub fn detail(&self) -> String {
        let Self { limit, allowed, retry_after } = *self;
        let excess = match limit {
            Limit::WriteRatePerKey => "too many writes with this key",
            Limit::WriteRatePerAddress => "too many writes from this address",
            Limit::StreamRatePerKey => "too many streams were opened with this key",
            Limit::StreamRatePerAddress => "too many streams were opened from this address",
            Limit::AuthFailureRate => "too many requests without a known key from this address",
            Limit::MaxStreams => "the server has as many streams as it may",
            Limit::MaxStreamsPerKey => "this key has as many streams as it may",
            Limit::MaxFlags => "there are as many flags as there may be",
        };
        let variable = limit.name().to_ascii_uppercase();
        let allows = match limit {
            Limit::MaxStreams | Limit::MaxStreamsPerKey | Limit::MaxFlags => format!("{variable} is {allowed}"),
            _ => format!("{variable} allows {allowed} a second, and {} times as many at once", BURST.as_secs()),
        };
        format!("{excess}: {allows}; come again in {retry_after} s")
    }
}

fn spread(seconds: RangeInclusive<u32>) -> u32 {
    fastrand::u32(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::time::Duration;

    fn waits(refusal: impl Fn() -> Refusal) -> BTreeSet<u32> {
        (0..2_000).map(|_| refusal().retry_after).collect()
    }

    fn of_rate(limit: Limit, millis: u64) -> Refusal {
        Refusal::of_rate(limit, Excess { allowed: 7, wait: Duration::from_millis(millis) })
    }

    #[test]
    fn a_writer_is_told_the_time_and_no_less_than_a_second() {
        let wait = |millis| of_rate(Limit::WriteRatePerKey, millis).retry_after;
        assert_eq!([wait(0), wait(1), wait(1_000), wait(1_001), wait(9_999)], [1, 1, 1, 2, 10]);
    }

    #[test]
    fn streams_are_spread() {
        assert_eq!(waits(|| of_rate(Limit::StreamRatePerAddress, 2_500)), (4..=18).collect());
        assert_eq!(waits(|| Refusal::of_streams(Limit::MaxStreams, 1)), (1..=15).collect());
    }

    #[test]
    fn whoever_fails_is_told_to_wait_as_long_as_after_any_refused_key() {
        let waits = waits(|| of_rate(Limit::AuthFailureRate, 1));
        assert!(waits.first() >= Some(&60) && waits.last() <= Some(&300) && waits.len() > 200);
    }

    #[test]
    fn people_are_told_which_setting_it_was() {
        let expected = "too many writes with this key: WRITE_RATE_PER_KEY allows 7 a second, and 10 times as many at \
                        once; come again in 3 s";
        assert_eq!(of_rate(Limit::WriteRatePerKey, 3_000).detail(), expected);
        let refusal = Refusal { retry_after: 4, ..Refusal::of_streams(Limit::MaxStreams, 2) };
        assert_eq!(refusal.detail(), "the server has as many streams as it may: MAX_STREAMS is 2; come again in 4 s");
    }
}
