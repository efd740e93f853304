//! Server-Sent Events as the WHATWG HTML standard, section 9.2, defines them: what arrives, and what this system sends.

mod decoder;
mod encoder;
mod parser;
mod text_parser;

#[cfg(not(target_family = "wasm"))]
pub(crate) use decoder::Decoder;
pub(crate) use encoder::REPLAYED;
pub use encoder::{change, connected, heartbeat, ready, replay_upsert, resumed, retry};
#[cfg(not(target_family = "wasm"))]
pub(crate) use parser::PIECE;
pub use parser::Parser;
pub use text_parser::Event;
pub(crate) use text_parser::TextParser;

/// The time between two heartbeats, in milliseconds.
pub const HEARTBEAT_MILLIS: u64 = 15_000;
