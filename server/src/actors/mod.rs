//! The tasks that own state: one for the flags, one for the keys, one for each client of the stream, one for the bridge
//! to Redis, and those that follow storage, save snapshots and prune the log. Each is a loop over what it is told.

mod doorbell;
mod flag_store;
pub mod follower;
mod key_keeper;
pub mod log_pruner;
mod redis_bridge;
pub mod snapshot_file;
mod sse_client;

pub use flag_store::{
    FlagStoreActor, FlagStoreHandle, Found, Listing, Status, Streamed, StreamedChange, Subscription, View,
};
pub use key_keeper::KeyKeeper;
pub use redis_bridge::{Outgoing, RedisBridge};
pub use sse_client::{Opening, Outlet, Pace, SseClient};
