//! What a caller may take: how fast it writes, opens streams and fails to name itself, and how many streams it holds.
//!
//! Every refusal is counted, and says when to come again. Whoever is refused has changed nothing.

mod address;
mod rate;
mod refusal;
mod settings;
mod streams;

pub use address::{ClientAddress, TrustedProxies};
pub use refusal::{Limit, Refusal};
pub use settings::LimitSettings;
pub use streams::StreamPermit;

use crate::auth::Principal;
use crate::metrics::{LimitLabels, Metrics};
use hyper::header::HeaderMap;
use rate::RateLimit;
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use streams::StreamCounts;

/// The limits of one server, and where everybody stands with them.
pub struct Limits {
    metrics: Arc<Metrics>,
    writes: Rates,
    openings: Rates,
    failures: Option<RateLimit>,
    streams: Arc<StreamCounts>,
    max_flags: Option<NonZeroU32>,
    proxies: TrustedProxies,
    /// When the log last said that a limit refuses.
    said: Mutex<HashMap<&'static str, Instant>>,
}

/// The log says once in so long that a limit refuses; metrics count each refusal.
const QUIET: Duration = Duration::from_secs(60);

/// A rate for each key and one for each address.
struct Rates {
    of_key: Option<RateLimit>,
    of_address: Option<RateLimit>,
}

impl Limits {
    /// Nobody has taken anything.
    #[must_use]
    pub fn new(settings: &LimitSettings, metrics: Arc<Metrics>) -> Self {
        for (limit, value) in settings.values() {
            let labels = LimitLabels { limit: limit.name() };
            // Made now, so that an alert has a series to look at before the first refusal.
            let _ = metrics.rejected.get_or_create(&labels);
            if let Some(value) = value {
                metrics.limits.get_or_create(&labels).set(value.get().into());
            }
        }
        Self {
            metrics,
            writes: Rates::new(settings.write_rate_per_key, settings.write_rate_per_address),
            openings: Rates::new(settings.stream_rate_per_key, settings.stream_rate_per_address),
            failures: settings.auth_failure_rate.map(RateLimit::new),
            streams: StreamCounts::new(settings.max_streams, settings.max_streams_per_key),
            max_flags: settings.max_flags,
            proxies: settings.trusted_proxies.clone(),
            said: Mutex::default(),
        }
    }

    /// Who sent a request that came over the connection of `peer`.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        self.proxies.client(peer, headers)
    }

    /// A write is about to be read.
    ///
    /// # Errors
    /// The limit that the key or the address has reached.
    pub fn write(&self, principal: &Principal, address: ClientAddress) -> Result<(), Refusal> {
        let limits = (Limit::WriteRatePerKey, Limit::WriteRatePerAddress);
        self.judge(self.writes.take(&principal.name, address, limits))
    }

    /// A stream is about to be opened; it counts for as long as the permit lives.
    ///
    /// # Errors
    /// The limit that the key, the address or the server has reached.
    pub fn open_stream(&self, principal: &Principal, address: ClientAddress) -> Result<StreamPermit, Refusal> {
        let limits = (Limit::StreamRatePerKey, Limit::StreamRatePerAddress);
        let taken = self.openings.take(&principal.name, address, limits);
        self.judge(taken.and_then(|()| StreamCounts::open(&self.streams, &principal.name)))
    }

    /// A key was missing or not known. A known key never comes here: whoever has one gets in, whatever others do at its
    /// address.
    ///
    /// # Errors
    /// The address has failed too often.
    pub fn fail_authentication(&self, address: ClientAddress) -> Result<(), Refusal> {
        let taken = self.failures.as_ref().map_or(Ok(()), |limit| limit.take(address));
        self.judge(taken.map_err(|excess| Refusal::of_rate(Limit::AuthFailureRate, excess)))
    }

    /// The most flags that the store may hold; `None` is no limit.
    #[must_use]
    pub const fn max_flags(&self) -> Option<NonZeroU32> {
        self.max_flags
    }

    /// Counts a refusal.
    pub fn refused(&self, limit: Limit) {
        self.metrics.rejected.get_or_create(&LimitLabels { limit: limit.name() }).inc();
        let (now, mut said) = (Instant::now(), self.said.lock().unwrap_or_else(PoisonError::into_inner));
        if said.get(limit.name()).is_none_or(|last| now.duration_since(*last) >= QUIET) {
            said.insert(limit.name(), now);
            tracing::warn!(limit = limit.name(), "callers are refused; sidekick_rejected_total counts them");
        }
    }

    fn judge<T>(&self, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        outcome.inspect_err(|refusal| self.refused(refusal.limit))
    }
}

impl Rates {
    fn new(of_key: Option<NonZeroU32>, of_address: Option<NonZeroU32>) -> Self {
        Self { of_key: of_key.map(RateLimit::new), of_address: of_address.map(RateLimit::new) }
    }

    /// The address is asked first, so that one that is over its limit uses up nothing of a key that others have too.
    fn take(&self, key: &str, address: ClientAddress, (by_key, by_address): (Limit, Limit)) -> Result<(), Refusal> {
        if let Some(limit) = &self.of_address {
            limit.take(address).map_err(|excess| Refusal::of_rate(by_address, excess))?;
        }
        self.of_key.as_ref().map_or(Ok(()), |limit| limit.take(key)).map_err(|excess| Refusal::of_rate(by_key, excess))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn principal(name: &str) -> Principal {
        Principal { name: name.to_owned(), ..Principal::public() }
    }

    fn address(last: u8) -> ClientAddress {
        ClientAddress::from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
    }

    fn limits(settings: LimitSettings) -> Limits {
        Limits::new(&settings, Arc::new(Metrics::new()))
    }

    const ONE: Option<NonZeroU32> = Some(NonZeroU32::MIN);

    #[test]
    fn ten_thousand_clients_of_one_address_come_back_twice_without_meeting_a_default() {
        let limits = limits(LimitSettings::default());
        for _ in 0..2 {
            let streams: Vec<_> = (0..10_000).map(|_| limits.open_stream(&principal("fleet"), address(1))).collect();
            assert!(streams.iter().all(Result::is_ok));
        }
    }

    #[test]
    fn one_key_does_not_take_the_writes_of_another_and_one_address_not_those_of_another() {
        let per_key = limits(LimitSettings { write_rate_per_key: ONE, ..LimitSettings::none() });
        let taken = (0..100).filter(|_| per_key.write(&principal("a"), address(1)).is_ok()).count();
        assert_eq!(taken, 10);
        assert_eq!(per_key.write(&principal("a"), address(2)).unwrap_err().limit, Limit::WriteRatePerKey);
        assert!(per_key.write(&principal("b"), address(1)).is_ok());
        let per_address = limits(LimitSettings { write_rate_per_address: ONE, ..LimitSettings::none() });
        let taken = (0..100).filter(|_| per_address.write(&principal("a"), address(1)).is_ok()).count();
        assert_eq!(taken, 10);
        assert_eq!(per_address.write(&principal("b"), address(1)).unwrap_err().limit, Limit::WriteRatePerAddress);
        assert!(per_address.write(&principal("a"), address(2)).is_ok());
    }

    #[test]
    fn an_address_over_its_limit_uses_up_nothing_of_its_key() {
        let both = LimitSettings { write_rate_per_key: ONE, write_rate_per_address: ONE, ..LimitSettings::none() };
        let limits = limits(both);
        assert_eq!((0..100).filter(|_| limits.write(&principal("a"), address(1)).is_ok()).count(), 10);
        assert!(limits.write(&principal("b"), address(1)).is_err());
        assert_eq!((0..100).filter(|_| limits.write(&principal("b"), address(2)).is_ok()).count(), 10);
    }

    #[test]
    fn without_limits_nothing_is_refused() {
        let limits = limits(LimitSettings::none());
        for _ in 0..50_000 {
            assert!(limits.write(&principal("a"), address(1)).is_ok());
            assert!(limits.fail_authentication(address(1)).is_ok());
        }
        let streams: Vec<_> = (0..50_000).map(|_| limits.open_stream(&principal("a"), address(1))).collect();
        assert!(streams.iter().all(Result::is_ok));
    }

    #[test]
    fn every_refusal_is_counted_by_its_limit() {
        let metrics = Arc::new(Metrics::new());
        let settings = LimitSettings { auth_failure_rate: ONE, ..LimitSettings::none() };
        let limits = Limits::new(&settings, Arc::clone(&metrics));
        for _ in 0..13 {
            let _ = limits.fail_authentication(address(1));
        }
        let text = metrics.encode();
        assert!(text.contains("sidekick_rejected_total{limit=\"auth_failure_rate\"} 3\n"), "{text}");
        assert!(text.contains("sidekick_rejected_total{limit=\"max_flags\"} 0\n"), "{text}");
        assert!(text.contains("sidekick_limit{limit=\"auth_failure_rate\"} 1\n"), "{text}");
        assert!(!text.contains("sidekick_limit{limit=\"max_flags\"}"), "{text}");
    }
}
