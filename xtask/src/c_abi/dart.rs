//! The C library for the Dart VM of the Flutter SDK's tests, which is for 32-bit x86: as desktops get it, and as phones do.

use std::path::PathBuf;

use super::library::{BARE, BARE_RUSTC, cargo};
use crate::failure::{Failure, Outcome};
use crate::tool::{run, tool};
use crate::{debian_rust, repository, rustup};

const TARGET: &str = "i686-unknown-linux-gnu";

/// Builds a shared library; gives its path. With Rust's standard library where rustup has it for that target, else without.
pub(crate) fn build() -> Outcome<PathBuf> {
    if !has_std() && debian_rust::ensure().is_err() {
        rustup::add("target", &[TARGET]).map_err(|failure| {
            Failure::step(format!(
                "missing: Rust's library for {TARGET}.\n  Install: rustup target add {TARGET}\n  Tried: {failure}"
            ))
        })?;
    }
    if !has_std() {
        return build_bare("cdylib", "libsidekick_ffi.so");
    }
    let mut build = tool("cargo", &["rustc", "--release", "--locked", "--package", "sidekick-ffi"]);
    run(build.args(words("cdylib")).env(LINKER[0], LINKER[1]).env("CARGO_TARGET_DIR", target()))?;
    Ok(target().join(TARGET).join("release").join("libsidekick_ffi.so"))
}

/// Builds the static library as phones get it; gives its path.
pub(crate) fn build_archive() -> Outcome<PathBuf> {
    build_bare("staticlib", "libsidekick_ffi.a")
}

fn build_bare(kind: &str, name: &str) -> Outcome<PathBuf> {
    let mut build = cargo("rustc", &words(kind))?;
    build.args(BARE).env("CARGO_ENCODED_RUSTFLAGS", BARE_RUSTC.join("\u{1f}"));
    run(build.env(LINKER[0], LINKER[1]).env("CARGO_TARGET_DIR", target().join("bare")))?;
    Ok(target().join("bare").join(TARGET).join("mobile").join(name))
}

/// Rust's own choice would be a linker of that name, which Debian's compiler doesn't have.
const LINKER: [&str; 2] = ["CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER", "cc"];

fn words(kind: &str) -> [&str; 5] {
    ["--lib", "--crate-type", kind, "--target", TARGET]
}

fn target() -> PathBuf {
    repository::root().join("target").join("c-abi").join("dart")
}

fn has_std() -> bool {
    rustup::libraries().is_ok_and(|libraries| libraries.join(TARGET).join("lib").is_dir())
}
