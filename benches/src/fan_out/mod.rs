//! The fan-out load generator: one thread that holds many streams open, causes changes, and notes when each change
//! reaches each stream. It knows no flag: to it a stream is a row of numbered events.

pub mod chunks;
pub mod exchange;
pub mod fleet;
pub mod generator;
pub mod head;
pub mod latency;
pub mod ledger;
pub mod machine;
pub mod options;
pub mod process;
pub mod recognizer;
pub mod scenario;
pub mod servers;
mod stream;

/// Why a measurement could not be made, in words for whoever asked for it.
pub type Failure = Box<dyn std::error::Error>;
/// What a measurement gives.
pub type Outcome<T> = Result<T, Failure>;
