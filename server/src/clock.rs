//! The server's clock. The core has none.

use sidekick_core::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The time now, by the machine's clock.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
