//! How long this machine kept its programs waiting: a deadline is not missed by who was not let run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

static STALLED_MICROS: AtomicU64 = AtomicU64::new(0);
const STEP: Duration = Duration::from_millis(10);
/// Less is what any busy machine does.
const TOLERATED: Duration = Duration::from_millis(30);

/// Starts to measure.
pub fn watch() {
    std::thread::spawn(|| {
        loop {
            let start = Instant::now();
            std::thread::sleep(STEP);
            let late = start.elapsed().saturating_sub(STEP + TOLERATED);
            STALLED_MICROS.fetch_add(late.as_micros() as u64, Ordering::Relaxed);
        }
    });
}

/// The sum of all waits since the start.
pub fn total() -> Duration {
    Duration::from_micros(STALLED_MICROS.load(Ordering::Relaxed))
}
