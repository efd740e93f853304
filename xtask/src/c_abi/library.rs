//! The C library, built in the ways in which the tests use it and phones get it.

use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{debian_rust, repository, rustup, setup};

/// One way to build it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Library {
    /// On Rust's standard library.
    Std,
    /// On the C library alone, as phones get it.
    Bare,
    AddressSanitizer,
    ThreadSanitizer,
}

const PACKAGE: [&str; 3] = ["--locked", "--package", "sidekick-ffi"];

/// On the C library alone. `core` and `alloc` are built too: as they come, they have been compiled for panics that unwind.
pub(super) const BARE: [&str; 9] = [
    "--profile",
    "mobile",
    "--no-default-features",
    "--features",
    "libc",
    "-Z",
    "build-std=core,alloc",
    "-Z",
    "build-std-features=optimize_for_size",
];

/// What of the size of an app's library no profile says.
pub(super) const BARE_RUSTC: [&str; 6] = [
    // A panic is the end of the process: its message would be read by nobody, and costs the code that formats it.
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
    // Nothing unwinds.
    "-Cforce-unwind-tables=no",
    // One section for all functions: every one is used, and the names of sections and what refers to them are half of an
    // archive.
    "-Zfunction-sections=no",
];

impl Library {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Std => "std",
            Self::Bare => "bare",
            Self::AddressSanitizer => "asan",
            Self::ThreadSanitizer => "tsan",
        }
    }

    /// Builds it for this machine; gives the folder where it lies.
    pub(super) fn build(self) -> Outcome<PathBuf> {
        if self == Self::Std {
            let target = repository::root().join("target");
            tool::run(tool("cargo", &["build", "--release"]).args(PACKAGE).env("CARGO_TARGET_DIR", &target))?;
            return Ok(target.join("release"));
        }
        let target = repository::root().join("target").join("c-abi").join(self.name());
        let host = host()?;
        let (mut cargo, rustc, profile) = match self {
            Self::Std | Self::Bare => (cargo("build", &BARE)?, BARE_RUSTC.to_vec(), "mobile"),
            Self::AddressSanitizer => (instrumented()?, vec!["-Zsanitizer=address", "-Zexternal-clangrt"], "debug"),
            Self::ThreadSanitizer => (instrumented()?, vec!["-Zsanitizer=thread", "-Zexternal-clangrt"], "debug"),
        };
        cargo.args(["--target", &host]).env("CARGO_TARGET_DIR", &target);
        tool::run(cargo.env("CARGO_ENCODED_RUSTFLAGS", rustc.join("\u{1f}")))?;
        Ok(target.join(host).join(profile))
    }
}

/// With all of Rust's standard library, for a sanitizer that does not see a part of the code is wrong about the rest. The
/// runtime comes from the C++ compiler.
fn instrumented() -> Outcome<Command> {
    cargo("rustc", &["-Z", "build-std=std,panic_unwind", "--lib", "--crate-type", "staticlib"])
}

/// A cargo that can build Rust's own library, for the package.
pub(super) fn cargo(command: &str, arguments: &[&str]) -> Outcome<Command> {
    let mut cargo = match debian_rust::ensure() {
        Ok(()) => debian_rust::program("cargo", &[command]),
        Err(packages) => {
            let has_sources =
                || rustup::libraries().is_ok_and(|folder| folder.join("src/rust/library/alloc/Cargo.toml").exists());
            if !has_sources() {
                rustup::add("component", &["rust-src"]).map_err(|component| {
                    Failure::step(format!(
                        "missing: the sources of Rust's library.\n  Install: rustup component add rust-src\n  Tried: \
                         {packages}; {component}"
                    ))
                })?;
            }
            let mut cargo = tool("cargo", &[command]);
            cargo.env("RUSTC_BOOTSTRAP", "1");
            cargo
        }
    };
    cargo.args(PACKAGE).args(arguments);
    Ok(cargo)
}

/// The compiler that [`cargo`] uses, as `rustc 1.96.0`.
pub(super) fn compiler() -> Outcome<String> {
    let mut rustc = if debian_rust::is_here() {
        debian_rust::program("rustc", &["--version"])
    } else {
        tool("rustc", &["--version"])
    };
    let version = tool::output(&mut rustc)?;
    Ok(version.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}

/// What Rust calls this machine.
fn host() -> Outcome<String> {
    setup::ensure(&setup::COMPILER)?;
    let said = tool::output(&mut tool("rustc", &["-vV"]))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::step("rustc does not say what machine this is"))
}
