//! The toolchain that `cargo` and `rustc` name on this machine, as rustup installs it, and what rustup can add to it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};

/// How long rustup may try: its server is either quick or out of reach.
const PATIENCE: Duration = Duration::from_secs(180);

/// The folder of the libraries, one folder a target, and of what else belongs to the compiler.
pub(crate) fn libraries() -> Outcome<PathBuf> {
    let root = tool::output(&mut tool("rustc", &["--print", "sysroot"]))?;
    Ok(Path::new(root.trim()).join("lib").join("rustlib"))
}

/// Adds targets or components; `kind` is rustup's word for which.
pub(crate) fn add(kind: &str, names: &[&str]) -> Outcome {
    if !tool::succeeds(&mut tool("rustup", &["--version"])) {
        return Err(Failure::step("rustup is not installed"));
    }
    run(&[&[kind, "add"], names].concat())
}

/// Installs a toolchain with components.
pub(crate) fn install(toolchain: &str, components: &[&str]) -> Outcome {
    let components = components.join(",");
    run(&["toolchain", "install", toolchain, "--no-self-update", "--profile", "minimal", "--component", &components])
}

fn run(arguments: &[&str]) -> Outcome {
    // A refusal is expected where the server is out of reach; its cause is worth a line, its backtrace is not.
    tool::run_within(tool("rustup", arguments).env("RUST_BACKTRACE", "0"), PATIENCE)
}
