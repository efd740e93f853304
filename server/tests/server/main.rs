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

#[path = "../storage/contract.rs"]
mod contract;

mod auth;
mod bad_input;
mod conditional;
mod cors;
mod durability;
mod evaluate;
mod following;
mod footprint;
mod lifecycle;
mod metrics;
mod openapi;
mod page;
mod public_view;
mod rest;
mod sqlite;
mod stats;
mod stream;
