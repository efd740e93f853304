//! The C library for the Dart VM of the Flutter SDK's tests: a shared one for 32-bit x86.
//!
//! With Rust's standard library where rustup has it for that target, else without, as phones get it.

use std::path::PathBuf;

use super::library::{BARE, BARE_RUSTC, cargo};
use crate::failure::{Failure, Outcome};
use crate::tool::{run, tool};
use crate::{debian_rust, repository, rustup};

const TARGET: &str = "i686-unknown-linux-gnu";
const LIBRARY: &str = "libsidekick_ffi.so";

/// Builds it; gives its path.
pub(crate) fn build() -> Outcome<PathBuf> {
    let target = repository::root().join("target").join("c-abi").join("dart");
    let words = ["--lib", "--crate-type", "cdylib", "--target", TARGET];
    if !has_std() && debian_rust::ensure().is_err() {
        rustup::add("target", &[TARGET]).map_err(|failure| {
            Failure::step(format!(
                "missing: Rust's library for {TARGET}.\n  Install: rustup target add {TARGET}\n  Tried: {failure}"
            ))
        })?;
    }
    let (mut build, profile) = if has_std() {
        let mut build = tool("cargo", &["rustc", "--release", "--locked", "--package", "sidekick-ffi"]);
        build.args(words);
        (build, "release")
    } else {
        let mut build = cargo("rustc", &words)?;
        build.args(BARE).env("CARGO_ENCODED_RUSTFLAGS", BARE_RUSTC.join("\u{1f}"));
        (build, "mobile")
    };
    // Rust's own choice would be a linker of that name, which Debian's compiler doesn't have.
    build.env("CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER", "cc").env("CARGO_TARGET_DIR", &target);
    run(&mut build)?;
    Ok(target.join(TARGET).join(profile).join(LIBRARY))
}

fn has_std() -> bool {
    rustup::libraries().is_ok_and(|libraries| libraries.join(TARGET).join("lib").is_dir())
}
