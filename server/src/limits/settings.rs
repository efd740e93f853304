//! The limits as the environment sets them. The defaults are beyond what an honest fleet does.

use super::address::TrustedProxies;
use super::refusal::Limit;
use crate::error::Error;
use std::num::NonZeroU32;

/// The limits of a server; `None` is no limit. Rates are steps a second, and ten times as many are free at once.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// Writes with one key.
    pub write_rate_per_key: Option<NonZeroU32>,
    /// Writes from one address.
    pub write_rate_per_address: Option<NonZeroU32>,
    /// Streams opened with one key.
    pub stream_rate_per_key: Option<NonZeroU32>,
    /// Streams opened from one address.
    pub stream_rate_per_address: Option<NonZeroU32>,
    /// Requests without a known key, from one address.
    pub auth_failure_rate: Option<NonZeroU32>,
    /// Streams that are open.
    pub max_streams: Option<NonZeroU32>,
    /// Streams that are open with one key.
    pub max_streams_per_key: Option<NonZeroU32>,
    /// Flags in the store.
    pub max_flags: Option<NonZeroU32>,
    /// The proxies that are believed when they name their client.
    pub trusted_proxies: TrustedProxies,
}

/// A program that writes one flag after the other as fast as it can stays below it with SQLite.
const WRITES: NonZeroU32 = number(1_000);
/// With twenty thousand at once: a fleet of 10,000 behind one address may come back twice in a row.
const OPENINGS_PER_ADDRESS: NonZeroU32 = number(2_000);
/// With a hundred thousand at once: a whole server's streams may have one key.
const OPENINGS_PER_KEY: NonZeroU32 = number(10_000);
/// A fleet of 10,000 whose key is refused, and that comes back every one to five minutes, stays below it.
const FAILURES: NonZeroU32 = number(100);
const STREAMS: NonZeroU32 = number(100_000);
/// As many as an SDK takes: with one more, every SDK would refuse the replay.
const FLAGS: NonZeroU32 = number(100_000);

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            write_rate_per_key: Some(WRITES),
            write_rate_per_address: Some(WRITES),
            stream_rate_per_key: Some(OPENINGS_PER_KEY),
            stream_rate_per_address: Some(OPENINGS_PER_ADDRESS),
            auth_failure_rate: Some(FAILURES),
            max_streams: Some(STREAMS),
            max_streams_per_key: Some(share_of_a_key(STREAMS)),
            max_flags: Some(FLAGS),
            trusted_proxies: TrustedProxies::default(),
        }
    }
}

impl LimitSettings {
    /// Reads them, where `variable` gives the value of an environment variable.
    ///
    /// # Errors
    /// [`Error::Config`] names the variable and what would be right.
    pub fn from_environment(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, Error> {
        let limit = |name, default| limit(name, variable(name), default);
        let default = Self::default();
        let max_streams = limit("MAX_STREAMS", default.max_streams)?;
        Ok(Self {
            write_rate_per_key: limit("WRITE_RATE_PER_KEY", default.write_rate_per_key)?,
            write_rate_per_address: limit("WRITE_RATE_PER_ADDRESS", default.write_rate_per_address)?,
            stream_rate_per_key: limit("STREAM_RATE_PER_KEY", default.stream_rate_per_key)?,
            stream_rate_per_address: limit("STREAM_RATE_PER_ADDRESS", default.stream_rate_per_address)?,
            auth_failure_rate: limit("AUTH_FAILURE_RATE", default.auth_failure_rate)?,
            max_streams,
            max_streams_per_key: limit("MAX_STREAMS_PER_KEY", max_streams.map(share_of_a_key))?,
            max_flags: limit("MAX_FLAGS", default.max_flags)?,
            trusted_proxies: trusted_proxies(variable("TRUSTED_PROXIES"))?,
        })
    }

    /// Without any limit.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self::from_environment(|name| (name != "TRUSTED_PROXIES").then(|| "off".to_owned())).unwrap_or_default()
    }

    /// Each limit with its value.
    pub(super) const fn values(&self) -> [(Limit, Option<NonZeroU32>); 8] {
        [
            (Limit::WriteRatePerKey, self.write_rate_per_key),
            (Limit::WriteRatePerAddress, self.write_rate_per_address),
            (Limit::StreamRatePerKey, self.stream_rate_per_key),
            (Limit::StreamRatePerAddress, self.stream_rate_per_address),
            (Limit::AuthFailureRate, self.auth_failure_rate),
            (Limit::MaxStreams, self.max_streams),
            (Limit::MaxStreamsPerKey, self.max_streams_per_key),
            (Limit::MaxFlags, self.max_flags),
        ]
    }
}

/// Nine tenths of all streams: a browser's key is known to everybody, and must not take the last one from the others.
const fn share_of_a_key(streams: NonZeroU32) -> NonZeroU32 {
    number(streams.get() - streams.get() / 10)
}

/// `value`, or 1 for zero.
const fn number(value: u32) -> NonZeroU32 {
    match NonZeroU32::new(value) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

fn limit(
    variable: &'static str,
    value: Option<String>,
    default: Option<NonZeroU32>,
) -> Result<Option<NonZeroU32>, Error> {
    let Some(value) = value else { return Ok(default) };
    match value.trim() {
        "off" => Ok(None),
        // Zero is not a limit of nothing: a server that refuses everything is of no use.
        digits => digits.parse().map(NonZeroU32::new).map_err(|_| Error::Config {
            variable,
            problem: format!(
                "{value:?} cannot be used; a whole number up to {} is expected, or 0 or `off` for no limit",
                u32::MAX
            ),
        }),
    }
}

fn trusted_proxies(value: Option<String>) -> Result<TrustedProxies, Error> {
    TrustedProxies::parse(&value.unwrap_or_default()).map_err(|part| Error::Config {
        variable: "TRUSTED_PROXIES",
        problem: format!(
            "{part:?} is neither an address nor a network; 10.0.0.0/8 is one, several are parted by commas"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<LimitSettings, Error> {
        LimitSettings::from_environment(|name| {
            variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn each_variable_sets_the_limit_of_its_name() {
        for (limit, default) in LimitSettings::default().values() {
            let variable = limit.name().to_ascii_uppercase();
            for (value, expected) in
                [("7", NonZeroU32::new(7)), ("0", None), ("off", None), (" 4294967295 ", Some(NonZeroU32::MAX))]
            {
                let settings = read(&[(&variable, value)]).unwrap();
                let is = settings.values().into_iter().find(|(other, _)| *other == limit).unwrap().1;
                assert_eq!(is, expected, "{variable}={value}");
            }
            assert!(default.is_some());
            for wrong in ["-1", "1.5", "many", "4294967296", "1000/s"] {
                let error = read(&[(&variable, wrong)]).unwrap_err().to_string();
                assert!(error.starts_with(&format!("{variable}: ")) && error.contains(wrong), "{error}");
            }
        }
    }

    #[test]
    fn a_key_has_nine_tenths_of_the_streams_unless_told_otherwise() {
        let share = |variables| read(variables).unwrap().max_streams_per_key.map(NonZeroU32::get);
        assert_eq!(share(&[]), Some(90_000));
        assert_eq!(share(&[("MAX_STREAMS", "50")]), Some(45));
        assert_eq!(share(&[("MAX_STREAMS", "1")]), Some(1));
        assert_eq!(share(&[("MAX_STREAMS", "off")]), None);
        assert_eq!(share(&[("MAX_STREAMS", "50"), ("MAX_STREAMS_PER_KEY", "50")]), Some(50));
    }

    #[test]
    fn proxies_that_are_none_are_named() {
        let error = read(&[("TRUSTED_PROXIES", "10.0.0.1, proxy.example")]).unwrap_err().to_string();
        assert!(error.contains("TRUSTED_PROXIES") && error.contains("\"proxy.example\""), "{error}");
    }
}
