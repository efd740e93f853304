//! Sidekick's engine as a Node addon: the core's sync client, and an evaluation path of raw Node-API calls.
//!
//! The TypeScript beside it is its only caller; what users see is there. One `NativeClient` belongs to one JavaScript
//! thread, which is the only one that ever calls it.

mod arguments;
mod bound_users;
pub mod client;
mod evaluate;
mod frame;
mod output;
mod shared;
mod text;
