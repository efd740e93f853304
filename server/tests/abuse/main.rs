//! The server under abuse: what others collected to break parsers, requests made of its OpenAPI document, and clients
//! that are slow on purpose.
//!
//! `cargo xtask test abuse` prepares what it needs and runs its short form, `cargo xtask abuse --long` the long one; plain
//! `cargo test` leaves it out, for it must pass on a machine that has nothing but Rust.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

mod documents;
mod made_requests;
mod slow_clients;
mod strings;
#[path = "../server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

const PROTOCOL: support::Protocol = support::Protocol::Http1;
mod watched;

/// Whether the long form was asked for.
fn is_long() -> bool {
    std::env::var_os("ABUSE_LONG").is_some()
}
