//! A private Postgres and a private Redis of a test's own: on free ports, in temporary folders, gone with the test.
//!
//! Nothing here speaks to a service that the machine runs. `cargo xtask setup` installs the programs.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

mod certificates;
mod daemon;
mod ports;
mod postgres;
mod programs;
mod redis;

pub use certificates::Certificates;
pub use daemon::Daemon;
pub use ports::free_port;
pub use postgres::{PASSWORD, Postgres, PostgresOptions};
pub use redis::{Redis, RedisOptions};

use std::time::Duration;

/// How long a service may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(60);
