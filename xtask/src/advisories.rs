//! Known holes in what we depend on: RustSec's database for the crates, npm's registry for the JavaScript packages.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{fuzz, npm, repository, setup};

/// What cargo-deny fetches with git, as it writes it.
const DATABASE: &str = "https://github.com/RustSec/advisory-db";
/// Where it keeps what it has fetched: `deny.toml` says so.
const KEPT: &str = "advisories";
/// The JavaScript packages that somebody installs or loads.
const SHIPPED: [&str; 2] = ["js", "mobile"];

/// Checks every lock file of the Rust packages, against the public database or against a copy of it: the folder of a clone.
pub(crate) fn check(copy: Option<&str>) -> Outcome {
    setup::ensure(&setup::DENY)?;
    let copy = copy.map(folder_of).transpose()?;
    let workspaces = fuzz::folders().map(|folder| format!("{folder}/Cargo.toml"));
    for manifest in std::iter::once("Cargo.toml".to_owned()).chain(workspaces) {
        check_workspace(&manifest, copy.as_deref())?;
    }
    Ok(())
}

/// Asks npm's registry about what the shipped packages depend on. What only builds or tests them is left out.
pub(crate) fn check_npm() -> Outcome {
    for folder in SHIPPED {
        npm::audit(folder)?;
    }
    Ok(())
}

/// Proves that the check finds something and needs no network: by a database with one made-up advisory.
pub(crate) fn prove() -> Outcome {
    setup::ensure(&setup::DENY)?;
    let folder = repository::scratch("made-up-advisories");
    let advisories = folder.join("crates").join("tokio");
    let outcome =
        fs::create_dir_all(&advisories).and_then(|()| fs::write(advisories.join("RUSTSEC-2000-0001.md"), MADE_UP));
    outcome.map_err(|error| Failure::step(format!("{}: {error}", advisories.display())))?;
    let git = |words: &[&str]| tool::output(tool("git", words).current_dir(&folder));
    git(&["init", "--quiet", "--initial-branch", "main"])?;
    git(&["add", "crates"])?;
    let author = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false"];
    git(&[&author[..], &["commit", "--quiet", "--allow-empty", "--message", "made up"]].concat())?;
    match check_workspace("Cargo.toml", Some(&folder)) {
        Err(Failure::Program(..)) => Ok(()),
        _ => Err(Failure::step("a made-up advisory about tokio was not found: the check of advisories is blind")),
    }
}

const MADE_UP: &str = "\
```toml
[advisory]
id = \"RUSTSEC-2000-0001\"
package = \"tokio\"
date = \"2000-01-01\"

[versions]
patched = []
```

# Made up

So that the check has something to find.
";

fn check_workspace(manifest: &str, copy: Option<&Path>) -> Outcome {
    let mut command = tool("cargo", &["deny", "--manifest-path", manifest, "--config", "deny.toml", "--all-features"]);
    if let Some(copy) = copy {
        // git takes the copy in place of the address. Another copy of another time must not be gone on from.
        let kept = repository::scratch(KEPT);
        if kept.exists() {
            fs::remove_dir_all(&kept).map_err(|error| Failure::step(format!("{}: {error}", kept.display())))?;
        }
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_VALUE_0", DATABASE);
        command.env("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", copy.display()));
    }
    tool::run(command.args(["check", "advisories"]))
}

fn folder_of(path: &str) -> Outcome<PathBuf> {
    let folder = fs::canonicalize(path).map_err(|error| Failure::usage(format!("{path}: {error}")))?;
    match folder.join("crates").is_dir() && folder.join(".git").exists() {
        true => Ok(folder),
        false => {
            Err(Failure::usage(format!("{path} is no clone of {DATABASE}: it has no .git, or no folder `crates`")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_clone_of_the_database_is_refused() {
        for path in ["no/such/folder", "."] {
            assert!(matches!(check(Some(path)), Err(Failure::Usage(_))), "{path}");
        }
    }
}
