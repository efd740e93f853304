//! Prunes the log of changes, once an hour. Several instances may do so at once: they delete the same.

use crate::clock;
use crate::storage::{Retention, Storage};
use sidekick_core::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How much of the log is to be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryLimits {
    /// Changes older than this go.
    pub age: Option<Duration>,
    /// More changes than this go, the oldest first.
    pub changes: Option<u64>,
}

const EVERY: Duration = Duration::from_secs(3600);

/// Starts the task, where there is a limit.
pub fn start(storage: Arc<dyn Storage>, limits: HistoryLimits) {
    if limits == HistoryLimits::default() {
        return;
    }
    tokio::spawn(async move {
        loop {
            match storage.prune(limits.now()).await {
                Ok(0) => {}
                Ok(changes) => tracing::info!(changes, "history pruned"),
                Err(error) => tracing::warn!(%error, "the history could not be pruned; trying again in an hour"),
            }
            tokio::time::sleep(EVERY).await;
        }
    });
}

impl HistoryLimits {
    fn now(self) -> Retention {
        let millis = |age: Duration| u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let since = self.age.map(|age| Timestamp::from_millis(clock::now().millis().saturating_sub(millis(age))));
        Retention { since, changes: self.changes }
    }
}
