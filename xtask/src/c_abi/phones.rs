//! The C library for every phone, as a static one: that takes no linker and no device. None of them has run on one here.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::library::{BARE, BARE_RUSTC, cargo};
use super::size;
use crate::failure::{Failure, Outcome};
use crate::tool::{self, output, tool};
use crate::{repository, setup};

/// Android and iOS with its simulators.
const PHONES: [&str; 7] = [
    "aarch64-linux-android",
    "x86_64-linux-android",
    "armv7-linux-androideabi",
    "i686-linux-android",
    "aarch64-apple-ios",
    "aarch64-apple-ios-sim",
    "x86_64-apple-ios",
];

/// Builds it for all of them, and holds its size against the budget.
pub(crate) fn test() -> Outcome {
    println!("building for {}", PHONES.join(", "));
    tool::output_of_all(PHONES.map(command).into_iter().collect::<Outcome<_>>()?)?;
    size::check()
}

/// Builds it for one; gives the archive.
fn build(target: &str) -> Outcome<PathBuf> {
    tool::run(&mut command(target)?)?;
    Ok(folder(target).join(target).join("mobile").join("libsidekick_ffi.a"))
}

fn command(target: &str) -> Outcome<Command> {
    let mut cargo = cargo("rustc", &["--lib", "--crate-type", "staticlib", "--target", target])?;
    cargo.args(BARE).env("CARGO_TARGET_DIR", folder(target));
    // In this form they replace those that a person's settings or environment have, which would change the bytes.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", BARE_RUSTC.join("\u{1f}"));
    Ok(cargo)
}

/// One for each target: a cargo keeps one processor busy, and two in the same folder wait for each other.
fn folder(target: &str) -> PathBuf {
    repository::root().join("target").join("c-abi").join("phones").join(target)
}

/// Builds it for one, as an app links it: without what only debuggers and linkers of other code need, and without the
/// compiler's helpers, which an app's own compiler has too.
pub(super) fn stripped(target: &str) -> Outcome<PathBuf> {
    setup::ensure(&setup::LLVM)?;
    let built = build(target)?;
    let folder = repository::scratch("c-abi").join(target);
    let stripped = folder.join("stripped.a");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(&built, &stripped))
        .map_err(|error| Failure::step(format!("{} cannot be copied: {error}", built.display())))?;
    let members = output(tool("llvm-ar", &["t"]).arg(&stripped))?;
    let helpers = members.lines().filter(|member| member.starts_with("compiler_builtins"));
    tool::run(tool("llvm-ar", &["d"]).arg(&stripped).args(helpers))?;
    // Of Mach-O, only debug information can be left out by this version.
    let what = if target.contains("apple") { "--strip-debug" } else { "--strip-unneeded" };
    tool::run(tool("llvm-strip", &[what]).arg(&stripped))?;
    Ok(stripped)
}
