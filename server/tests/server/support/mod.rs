//! A server of a test's own, and what the tests say to it.

mod events;
mod http;
mod process;

pub use events::{EventStream, OwnedEvent};
pub use http::{Response, read_response};
pub use process::Server;

use std::time::Duration;

/// How long a test waits for something that must happen.
pub const DEADLINE: Duration = Duration::from_secs(20);
