//! wasm-bindgen's program, which belongs to the crate's version exactly. `Cargo.lock` says which one that is.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{repository, setup};

/// The program on the path, if it is the right one, else one of our own: another project's may need another version.
pub(super) fn ensure() -> Outcome<PathBuf> {
    let version = version()?;
    let home = repository::scratch("wasm-bindgen");
    let own = home.join("bin").join("wasm-bindgen");
    if let Some(program) = [PathBuf::from("wasm-bindgen"), own.clone()].into_iter().find(|path| is(path, &version)) {
        return Ok(program);
    }
    println!("missing: wasm-bindgen {version} (it gives the browser's module its exports); trying to install it");
    setup::ensure(&setup::COMPILER)?;
    // A crate that its lock file names can have been withdrawn.
    let attempt = install(&version, &home, &["--locked"]).or_else(|_| install(&version, &home, &[]));
    if is(&own, &version) {
        return Ok(own);
    }
    let reason = attempt.err().map_or_else(String::new, |failure| format!("\n  Tried: {failure}"));
    Err(Failure::step(format!(
        "missing: wasm-bindgen {version} (it gives the browser's module its exports).\n  Install: cargo install \
         wasm-bindgen-cli --version {version}{reason}"
    )))
}

/// Without optimisation, for the same reason as cargo-deny: it builds in a fraction of the time and has little to do.
fn install(version: &str, home: &Path, more: &[&str]) -> Outcome {
    let mut install = tool(
        "cargo",
        &["install", "wasm-bindgen-cli", "--version", version, "--debug", "--bin", "wasm-bindgen", "--root"],
    );
    tool::run(install.arg(home).args(more).env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

fn is(program: &Path, version: &str) -> bool {
    let said = tool::output(&mut tool(program, &["--version"]));
    said.is_ok_and(|said| said.split_whitespace().nth(1) == Some(version))
}

fn version() -> Outcome<String> {
    let lock = repository::root().join("Cargo.lock");
    let text = fs::read_to_string(&lock)
        .map_err(|error| Failure::step(format!("{} cannot be read: {error}", lock.display())))?;
    let version = version_in(&text).ok_or_else(|| Failure::step("Cargo.lock names no wasm-bindgen"))?;
    Ok(version.to_owned())
}

fn version_in(lock: &str) -> Option<&str> {
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"");
    Some(lines.nth(1)?.strip_prefix("version = ")?.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_crate_itself() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.2.1\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(version_in(lock), Some("0.2.130"));
        assert_eq!(version_in("[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n"), None);
    }
}
