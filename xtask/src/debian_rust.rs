//! Debian's Rust, which comes with the library's sources: from them cargo builds `core` and `alloc` for any target.
//!
//! It is a released compiler, in which that way of building is unstable; the bootstrap variable opens it, for that build
//! alone.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::setup;
use crate::tool::{self, tool};

/// What Debian calls it.
pub(crate) const PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

const FOLDER: &str = "/usr/bin";

/// Installs it where it is missing and the machine allows that.
pub(crate) fn ensure() -> Outcome {
    if is_here() {
        return Ok(());
    }
    setup::install_packages(&PACKAGES)?;
    if is_here() { Ok(()) } else { Err(Failure::step("Debian's toolchain is too old")) }
}

/// Debian also ships an older compiler by the same path; it must be one that our manifests allow.
pub(crate) fn is_here() -> bool {
    let oldest = tool::version(env!("CARGO_PKG_RUST_VERSION"));
    let version =
        |name: &str| tool::output(&mut program(name, &["--version"])).ok().and_then(|text| tool::version(&text));
    let has_sources = Path::new("/usr/lib/rustlib/src/rust/library/alloc/Cargo.toml").exists();
    has_sources && version("rustc") >= oldest && version("cargo") >= oldest
}

/// A `cargo` or `rustc` command with this toolchain and no other.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = tool(Path::new(FOLDER).join(name), arguments);
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{FOLDER}:{path}"))
        .env("RUSTC", Path::new(FOLDER).join("rustc"))
        .env("RUSTC_BOOTSTRAP", "1")
        // The cargo that runs us names its own toolchain and libraries here.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
    command
}
