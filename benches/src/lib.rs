//! What several benches share. The benches themselves are in `benches/`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[cfg(target_os = "linux")]
pub mod fan_out;
mod processor_time;
pub mod questions;
pub mod report;
#[cfg(target_os = "linux")]
#[path = "../../server/tests/services/mod.rs"]
mod services;

pub use processor_time::processor_time;

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Builds the release binary of this checkout's server; answers where it is.
///
/// # Panics
/// Where cargo cannot build it: then there is nothing to measure.
#[must_use]
pub fn build_server() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--package", "server", "--message-format=json"]);
    // It says there what it compiles, and that it waits for another cargo.
    let built = build.stderr(Stdio::inherit()).output();
    let messages = String::from_utf8(built.expect("cargo builds the server").stdout).unwrap();
    let (_, rest) = messages.rsplit_once("\"executable\":\"").expect("cargo names the binary");
    PathBuf::from(rest.split('"').next().unwrap())
}
