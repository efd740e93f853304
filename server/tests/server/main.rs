//! The server from outside: the real binary, real sockets, a real database file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod support;

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
mod rest;
mod storage_contract;
mod stream;
