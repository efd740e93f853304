//! What went on in each of the last minutes: a ring for the charts of a page, filled from the metrics.
//!
//! Streams and writers only count; this looks at their counts once a minute, and when it is asked.

use crate::clock;
use crate::lag::Counts;
use crate::metrics::Metrics;
use serde::Serialize;
use sidekick_core::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// The last minutes of this instance.
#[derive(Debug)]
pub struct Activity {
    metrics: Arc<Metrics>,
    minutes: Mutex<Minutes>,
}

/// One minute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Minute {
    /// When it began, RFC 3339 in UTC.
    pub time: String,
    /// The streams that were open at its end.
    pub clients: i64,
    /// The changes that this instance applied, its own and others'.
    pub changes: u64,
    /// How often a change was handed to a stream's socket.
    pub deliveries: u64,
    /// How long that took from the change's commit; `None` where nothing was delivered.
    pub lag_ms: Option<Percentiles>,
}

/// In milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Percentiles {
    /// Half of them took no longer.
    pub p50: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
}

#[derive(Debug)]
struct Minutes {
    /// Oldest first.
    over: VecDeque<Minute>,
    began: Mark,
}

/// The counts between two minutes.
#[derive(Debug)]
struct Mark {
    time: Timestamp,
    changes: u64,
    lags: Counts,
}

/// How many minutes are kept, the one that runs among them.
const KEPT: usize = 60;
/// How long one is.
pub const MINUTE: Duration = Duration::from_secs(60);

impl Activity {
    /// Nothing so far; a task begins a new minute as often as `every` says.
    #[must_use]
    pub fn start(metrics: Arc<Metrics>, every: Duration) -> Arc<Self> {
        let began = Mark::now(&metrics);
        let activity = Arc::new(Self { metrics, minutes: Mutex::new(Minutes { over: VecDeque::new(), began }) });
        let minutes = Arc::clone(&activity);
        tokio::spawn(async move {
            let mut end = interval_at(Instant::now() + every, every);
            end.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                end.tick().await;
                minutes.end_minute();
            }
        });
        activity
    }

    /// The last minutes, oldest first; the last one is still running.
    #[must_use]
    pub fn minutes(&self) -> Vec<Minute> {
        let minutes = self.lock();
        let running = self.minute(&minutes.began, &Mark::now(&self.metrics));
        minutes.over.iter().cloned().chain([running]).collect()
    }

    fn end_minute(&self) {
        let mut minutes = self.lock();
        // One look is the end of a minute and the start of the next, so that nothing is counted in neither.
        let now = Mark::now(&self.metrics);
        let over = self.minute(&minutes.began, &now);
        minutes.began = now;
        minutes.over.push_back(over);
        if minutes.over.len() == KEPT {
            minutes.over.pop_front();
        }
    }

    fn minute(&self, began: &Mark, end: &Mark) -> Minute {
        let lags = end.lags.since(&began.lags);
        let millis = |percent| lags.percentile(percent).map(|lag| lag.as_micros() as f64 / 1000.0);
        Minute {
            time: began.time.as_str().to_owned(),
            clients: self.metrics.streams.get(),
            changes: end.changes.saturating_sub(began.changes),
            deliveries: lags.total(),
            lag_ms: millis(50).zip(millis(99)).map(|(p50, p99)| Percentiles { p50, p99 }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Minutes> {
        self.minutes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mark {
    fn now(metrics: &Metrics) -> Self {
        Self { time: clock::now(), changes: metrics.changes.get(), lags: metrics.lags.counts() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An activity whose minutes end when a test says so.
    fn by_hand() -> (Arc<Metrics>, Arc<Activity>) {
        let metrics = Arc::new(Metrics::new());
        let activity = Activity::start(Arc::clone(&metrics), Duration::from_secs(1_000_000));
        (metrics, activity)
    }

    #[tokio::test]
    async fn each_minute_has_what_went_on_in_it() {
        let (metrics, activity) = by_hand();
        metrics.streams.inc();
        metrics.changes.inc_by(2);
        metrics.lags.add(Duration::from_micros(10));
        metrics.lags.add(Duration::from_millis(3));
        activity.end_minute();
        metrics.streams.inc();
        metrics.changes.inc();
        activity.end_minute();
        let minutes = activity.minutes();
        let counts: Vec<_> = minutes.iter().map(|minute| (minute.clients, minute.changes, minute.deliveries)).collect();
        assert_eq!(counts, [(1, 2, 2), (2, 1, 0), (2, 0, 0)]);
        let lags: Vec<_> = minutes.iter().map(|minute| minute.lag_ms).collect();
        assert_eq!(lags, [Some(Percentiles { p50: 0.01, p99: 3.071 }), None, None]);
        assert!(minutes.is_sorted_by_key(|minute| minute.time.clone()));
    }

    #[tokio::test]
    async fn an_hour_is_kept_and_no_more() {
        let (metrics, activity) = by_hand();
        for _ in 0..100 {
            metrics.changes.inc();
            activity.end_minute();
        }
        metrics.changes.inc_by(7);
        let minutes = activity.minutes();
        assert_eq!((minutes.len(), minutes.last().map(|minute| minute.changes)), (60, Some(7)));
    }

    #[tokio::test]
    async fn minutes_end_by_themselves() {
        let metrics = Arc::new(Metrics::new());
        let activity = Activity::start(Arc::clone(&metrics), Duration::from_millis(1));
        let three = async {
            while activity.minutes().len() < 3 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), three).await.unwrap();
    }
}
