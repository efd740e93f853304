//! The tasks that own state: one for the flags, one for each client of the stream. Each is a loop over a bounded inbox.

mod flag_store;
mod sse_client;

pub use flag_store::{FlagStoreActor, FlagStoreHandle, Listing, StreamedChange, Subscription};
pub use sse_client::{Frame, Pace, SseClient};
