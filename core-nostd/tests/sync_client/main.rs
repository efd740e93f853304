//! The sync client against a model server that misbehaves, on simulated time: everything follows from a seed.
//!
//! `truth` is what the model server holds, `server` speaks the protocol, `fault` says what goes wrong, `line` carries
//! bytes, `host` drives the client as an SDK does and holds each answer to the rules, `world` lets time go by, and
//! `watch` looks at what evaluations see.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod dice;
mod fault;
mod host;
mod line;
mod schedule;
mod script;
mod server;
mod truth;
mod watch;
mod world;

mod answers;
mod convergence;
mod hostile;
mod protocol;
mod snapshot;
mod timing;
