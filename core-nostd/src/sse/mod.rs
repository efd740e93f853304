//! Server-Sent Events as the WHATWG HTML standard, section 9.2, defines them: what arrives, and what this system sends.

mod encoder;
mod parser;

pub(crate) use encoder::REPLAYED;
pub use encoder::{change, connected, heartbeat, ready, replay_upsert, resumed, retry};
pub use parser::{Event, Parser};

/// The time between two heartbeats, in milliseconds.
pub const HEARTBEAT_MILLIS: u64 = 15_000;
