//! How an SDK follows a server: one state machine for every host, without sockets, clocks or randomness of its own.

mod backoff;
mod client;
mod fault;
mod output;
mod session;
mod snapshot;
mod stream;

pub use client::SyncClient;
pub use fault::SyncError;
pub use output::{Output, OutputKind, Status};
