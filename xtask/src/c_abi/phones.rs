//! The C library for every phone, as a static one: that takes no linker and no device. None of them has run on one here.

use std::path::PathBuf;

use super::library::{BARE, BARE_RUSTC, cargo};
use super::size;
use crate::failure::Outcome;
use crate::{repository, tool};

/// Android and iOS with its simulators.
const TARGETS: [&str; 6] = [
    "aarch64-linux-android",
    "x86_64-linux-android",
    "armv7-linux-androideabi",
    "aarch64-apple-ios",
    "aarch64-apple-ios-sim",
    "x86_64-apple-ios",
];

/// Builds it for all of them, and holds its size against the budget.
pub(crate) fn test() -> Outcome {
    for target in TARGETS {
        build(target)?;
    }
    size::check()
}

/// Builds it for one; gives the archive.
pub(super) fn build(target: &str) -> Outcome<PathBuf> {
    let folder = repository::root().join("target").join("c-abi").join("phones");
    let mut cargo = cargo("rustc", &["--lib", "--crate-type", "staticlib", "--target", target])?;
    cargo.args(BARE).env("CARGO_TARGET_DIR", &folder);
    // In this form they replace those that a person's settings or environment have, which would change the bytes.
    tool::run(cargo.env("CARGO_ENCODED_RUSTFLAGS", BARE_RUSTC.join("\u{1f}")))?;
    Ok(folder.join(target).join("mobile").join("libsidekick_ffi.a"))
}
