//! Debian's and Ubuntu's packages.

use std::sync::OnceLock;

use crate::failure::{Failure, Outcome};
use crate::tool;

/// Installs the packages, with a fresh list of what there is.
///
/// Only for root: a test run must not stop at a password prompt, and a person's machine is theirs to change.
pub(crate) fn install(packages: &[&str]) -> Outcome {
    if !tool::succeeds(&mut tool::tool("apt-get", &["--version"])) {
        return Err(Failure::step("nothing; this system has no apt-get"));
    }
    if tool::output(&mut tool::tool("id", &["-u"]))?.trim() != "0" {
        return Err(Failure::step(format!("nothing; that takes root: sudo apt-get install {}", packages.join(" "))));
    }
    update()?;
    let mut command = tool::tool("apt-get", &["install", "--yes", "--no-install-recommends"]);
    tool::run(command.args(packages).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Once a run is enough.
fn update() -> Outcome {
    static UPDATED: OnceLock<()> = OnceLock::new();
    if UPDATED.get().is_none() {
        tool::run(&mut tool::tool("apt-get", &["update", "--quiet"]))?;
        let _ = UPDATED.set(());
    }
    Ok(())
}
