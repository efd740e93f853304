//! The server from outside: the real binary, real sockets, a real database file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

mod support;

/// `tests/server_http2` plays the streams' tests over the other one.
const PROTOCOL: support::Protocol = support::Protocol::Http1;

#[path = "../storage/contract.rs"]
mod contract;
#[path = "../storage/key_contract.rs"]
mod key_contract;
#[path = "../upgrade/drill.rs"]
mod upgrade_drill;

mod access;
mod auth;
mod bad_input;
mod conditional;
mod cors;
mod durability;
mod evaluate;
mod following;
mod footprint;
mod keys;
mod lifecycle;
mod limits;
mod metrics;
mod openapi;
mod page;
mod public_view;
mod rest;
mod sqlite;
mod stats;
mod stream;
mod stream_http1;
mod traces;
mod upgrade;
