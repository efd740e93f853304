//! Several runtimes at once, and threads that feed their clients, under ThreadSanitizer.
//!
//! What ships, React Native's sources, and the C library with all of Rust's below it are instrumented. The engine is not, and
//! what it does by itself is left out; `mobile/test/threads/suppressions.txt` says why.

use super::program::Build;
use crate::c_abi;
use crate::failure::Outcome;
use crate::tool::{run, tool};

const THREADS: Build = Build {
    name: "threads",
    flags: &["-O1", "-g", "-fsanitize=thread"],
    tests: &["mobile/test/threads/threads.cpp", "mobile/test/turbo_modules.cpp", "ffi/tests/c/tsan.cc"],
    wrapped: &["client_create"],
};

const SUPPRESSIONS: &str = "mobile/test/threads/suppressions.txt";

pub(super) fn test() -> Outcome {
    let program = THREADS.compile(&c_abi::build_archive_for_threads()?)?;
    run(tool(program, &[]).env("TSAN_OPTIONS", format!("suppressions={SUPPRESSIONS} halt_on_error=1")))
}
