//! Several servers on one Postgres, with Redis and without, through their outages; and Postgres' storage by itself.
//!
//! `cargo xtask test instances` brings what they need and runs this; plain `cargo test` leaves it out, for it must pass
//! on a machine that has nothing but Rust.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

#[path = "../storage/contract.rs"]
mod contract;
#[path = "../storage/key_contract.rs"]
mod key_contract;
#[path = "../services/mod.rs"]
mod services;
#[path = "../server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
#[path = "../upgrade/drill.rs"]
mod upgrade_drill;

const PROTOCOL: support::Protocol = support::Protocol::Http1;

mod backup;
mod cold_start;
mod database;
mod history;
mod instances;
mod key_canary;
mod keys;
mod postgres;
mod redis;
mod stats;
mod traces;
mod transfer;
mod upgrade;
