//! What the server counts, in Prometheus' (OpenMetrics) text form.

use crate::lag::Lags;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// All metrics of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Streams that are open.
    pub streams: Gauge,
    /// Streams that were too slow for the broadcast buffer, and got what they missed or a full replay.
    pub lagged: Counter,
    /// How streams were opened.
    pub openings: Family<OpeningLabels, Counter>,
    /// Changes applied to the in-memory flags.
    pub changes: Counter,
    /// Flags in memory.
    pub flags: Gauge,
    /// The revision in memory.
    pub revision: Gauge,
    /// 1 while the flags come from the snapshot file.
    pub stale: Gauge,
    /// 1 while storage can be reached.
    pub storage_up: Gauge,
    /// 1 while the bridge to Redis works.
    pub redis_up: Gauge,
    /// Messages of Redis that were no hints.
    pub garbled_hints: Counter,
    /// From a change's commit to the hand-over of its bytes to the socket, for each stream.
    pub lags: Lags,
    /// Evaluations by `POST /api/evaluate`.
    pub evaluations: Family<ReasonLabels, Counter>,
    storage: Family<OperationLabels, Histogram, LatencyBuckets>,
    /// Storage operations that failed.
    pub storage_errors: Family<OperationLabels, Counter>,
    /// Requests and connections that a limit refused.
    pub rejected: Family<LimitLabels, Counter>,
    /// What each limit is set to; none where it is off.
    pub limits: Family<LimitLabels, Gauge>,
    /// Spans that the collector of traces did not get.
    pub spans_dropped: Counter,
    /// Answers by route and status.
    pub responses: Family<ResponseLabels, Counter>,
}

/// How a stream was opened.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OpeningLabels {
    /// `replay` or `resume`.
    pub kind: &'static str,
}

/// Why an answer was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ReasonLabels {
    /// OpenFeature's word.
    pub reason: &'static str,
}

/// What was asked of storage.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OperationLabels {
    /// `load`, `position`, `write`, `changes`, `history`, `renew_epoch`, `keys`, `change_keys` or `note_key_uses`.
    pub operation: &'static str,
}

/// Which limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct LimitLabels {
    /// Its environment variable, in small letters.
    pub limit: &'static str,
}

/// What a request was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct ResponseLabels {
    /// The route's pattern, never the path: the number of series is bounded.
    pub route: &'static str,
    /// The HTTP status.
    pub status: u16,
}

/// 100 µs to 10 s.
#[derive(Clone, Debug)]
struct LatencyBuckets;

impl MetricConstructor<Histogram> for LatencyBuckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new([
            0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
        ])
    }
}

impl Metrics {
    /// All at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("sidekick"),
            streams: Gauge::default(),
            lagged: Counter::default(),
            openings: Family::default(),
            changes: Counter::default(),
            flags: Gauge::default(),
            revision: Gauge::default(),
            stale: Gauge::default(),
            storage_up: Gauge::default(),
            redis_up: Gauge::default(),
            garbled_hints: Counter::default(),
            lags: Lags::new(),
            evaluations: Family::default(),
            storage: Family::new_with_constructor(LatencyBuckets),
            storage_errors: Family::default(),
            rejected: Family::default(),
            limits: Family::default(),
            spans_dropped: Counter::default(),
            responses: Family::default(),
        };
        let r = &mut metrics.registry;
        r.register("streams_connected", "Streams that are open", metrics.streams.clone());
        r.register(
            "streams_lagged",
            "Streams that were too slow, and got what they missed or a full replay",
            metrics.lagged.clone(),
        );
        r.register("streams_opened", "Streams opened, by a full replay or by resuming", metrics.openings.clone());
        r.register("changes", "Changes applied to the flags in memory", metrics.changes.clone());
        r.register("flags", "Flags in memory", metrics.flags.clone());
        r.register("revision", "The revision of the flags in memory", metrics.revision.clone());
        r.register("stale", "1 while the flags come from the snapshot file", metrics.stale.clone());
        r.register("storage_up", "1 while storage can be reached", metrics.storage_up.clone());
        r.register("redis_up", "1 while the bridge to Redis works", metrics.redis_up.clone());
        r.register("redis_garbled", "Messages of Redis that were no hints", metrics.garbled_hints.clone());
        r.register(
            "delivery_lag_seconds",
            "From a change's commit to the hand-over of its bytes to the socket, for each stream",
            metrics.lags.clone(),
        );
        r.register("evaluations", "Evaluations by POST /api/evaluate, by reason", metrics.evaluations.clone());
        r.register("storage_seconds", "Time that storage operations took", metrics.storage.clone());
        r.register("storage_errors", "Storage operations that failed", metrics.storage_errors.clone());
        r.register("rejected", "Requests and connections that a limit refused", metrics.rejected.clone());
        r.register("limit", "What each limit is set to; none where it is off", metrics.limits.clone());
        r.register("spans_dropped", "Spans that the collector of traces did not get", metrics.spans_dropped.clone());
        r.register("http_responses", "Answers, by route and status", metrics.responses.clone());
        metrics
    }

    /// Notes a storage operation that took `elapsed`.
    pub fn storage_took(&self, operation: &'static str, elapsed: Duration, failed: bool) {
        let labels = OperationLabels { operation };
        self.storage.get_or_create(&labels).observe(elapsed.as_secs_f64());
        // There from the first success on: Prometheus sees no increase in a series that begins with its first failure.
        self.storage_errors.get_or_create(&labels).inc_by(u64::from(failed));
    }

    /// The text that Prometheus reads.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::new();
        // A string takes everything: there is no error to handle.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}
