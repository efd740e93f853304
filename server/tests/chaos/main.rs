//! The fault test: three servers, Postgres, Redis, clients and writers; faults by a seeded schedule; and a checker that
//! holds every client and every acknowledged write against the log of changes.
//!
//! `cargo xtask chaos` runs it, and `cargo xtask soak` runs it for what a server holds in the long run; docs/FAULTS.md says what the faults are and what each violation means.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

mod arguments;
mod chunks;
mod client;
mod client_keys;
mod cluster;
mod database;
mod fault;
mod history;
mod holdings;
mod http;
mod judge;
mod proxy;
mod rotation;
mod schedule;
#[path = "../services/mod.rs"]
mod services;
mod soak;
mod stall;
mod violation;
mod world;
mod writer;

use arguments::Arguments;
use std::process::ExitCode;
use world::World;

fn main() -> ExitCode {
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    let mut world = World::start(&arguments);
    match arguments.is_soak {
        true => world.soak(&arguments),
        false => world.run(&arguments),
    }
    let report = world.end();
    print!("{report}");
    if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
