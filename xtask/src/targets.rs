//! The core built where there is no standard library, as a `no_std` library: no linker and no device is needed. Phones have
//! it in the C library, which is built for each of them (`c_abi/phones.rs`).
//!
//! A target whose standard library rustup has installed is built in the ordinary way. For the others, Debian's toolchain
//! builds `core` and `alloc` from the sources that Debian packages; where that is not to be had, rustup adds the targets.

use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{debian_rust, repository, rustup};

/// Browsers, and no operating system at all.
const TARGETS: [&str; 2] = ["wasm32-unknown-unknown", "x86_64-unknown-none"];

/// Builds the core for all targets. Those of one way go to one cargo, for a target by itself keeps one processor busy.
pub(crate) fn build_all() -> Outcome {
    ensure_all()?;
    let (installed, others): (Vec<&str>, Vec<&str>) = TARGETS.into_iter().partition(|target| has_library(target));
    let by_installed = build(tool("cargo", &["build"]), &installed);
    let by_sources = build(debian_rust::program("cargo", &["build", "-Z", "build-std=core,alloc"]), &others);
    by_installed.and(by_sources)
}

/// Makes sure that each target can be built in one of the two ways.
pub(crate) fn ensure_all() -> Outcome {
    let missing: Vec<&str> = TARGETS.into_iter().filter(|target| !has_library(target)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Err(packages) = debian_rust::ensure() else { return Ok(()) };
    let Err(rustup) = rustup::add("target", &missing) else { return Ok(()) };
    Err(Failure::step(format!(
        "missing: Rust's library for {} (the core must build without a standard library).\n  Install: rustup target add {}\n  \
         or, on Debian as root: apt-get install {}\n  Tried: {packages}; {rustup}",
        missing.join(", "),
        missing.join(" "),
        debian_rust::PACKAGES.join(" "),
    )))
}

/// Builds in a folder of its own, for Debian's compiler is another version than the one that fills `target/`.
fn build(mut cargo: Command, targets: &[&str]) -> Outcome {
    if targets.is_empty() {
        return Ok(());
    }
    cargo.args(["--package", "sidekick-core", "--lib", "--release", "--locked", "--keep-going"]);
    cargo.args(targets.iter().flat_map(|target| ["--target", target]));
    tool::run(cargo.env("CARGO_TARGET_DIR", repository::root().join("target").join("no-std")))
}

fn has_library(target: &str) -> bool {
    let Ok(libraries) = rustup::libraries() else { return false };
    let library = libraries.join(target).join("lib");
    // The folder alone can be left over from a library that was removed.
    library.read_dir().is_ok_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
    })
}
