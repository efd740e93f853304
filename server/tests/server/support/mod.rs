//! A server of a test's own, and what the tests say to it.

mod collector;
mod events;
mod folder;
mod http;
mod http2;
mod in_process;
mod model;
mod process;

pub use collector::{Collector, Span};
pub use events::{EventStream, OwnedEvent, Protocol};
pub use folder::Folder;
pub use http::{Chunked, Connection, Response, exchange, read_head, read_response, speak};
pub use in_process::InProcess;
pub use model::Model;
pub use process::{Server, run_to_end};

use std::time::{Duration, Instant};

/// How long a test waits for something that must happen.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// Waits until `holds` does.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < DEADLINE, "not within {DEADLINE:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The value of a series in a `/metrics` text; 0 where it was not counted yet.
pub fn metric_in(text: &str, series: &str) -> f64 {
    let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().unwrap())
}
