//! npm's packages of a folder: installed as its lock file says, when they aren't there yet or others are asked for.

use std::fs;

use crate::failure::{Failure, Outcome};
use crate::tool::{output, run, tool};
use crate::{repository, setup};

/// Installs the packages that `package-lock.json` in the folder lists.
pub(crate) fn ensure_packages(folder: &str) -> Outcome {
    setup::ensure(&setup::NODE)?;
    let folder = repository::root().join(folder);
    let lock = folder.join("package-lock.json");
    let wanted = fs::read_to_string(&lock)
        .map_err(|error| Failure::step(format!("{} cannot be read: {error}", lock.display())))?;
    // Written last, so an installation that was broken off half-way is made again.
    let stamp = folder.join("node_modules").join(".installed-from.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run(tool("npm", &["ci", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    fs::write(&stamp, wanted).map_err(|error| Failure::step(format!("{} cannot be written: {error}", stamp.display())))
}

/// Runs a script of the folder's `package.json`.
pub(crate) fn run_script(folder: &str, script: &str) -> Outcome {
    run(tool("npm", &["run", "--silent", script]).current_dir(repository::root().join(folder)))
}

/// Asks the registry about known holes in what the folder's packages bring along to those who install them.
pub(crate) fn audit(folder: &str) -> Outcome {
    setup::ensure(&setup::NODE)?;
    run(tool("npm", &["audit", "--package-lock-only", "--omit", "dev"]).current_dir(repository::root().join(folder)))
}

/// What the folder's packages bring along, as CycloneDX.
pub(crate) fn bill_of_materials(folder: &str) -> Outcome<String> {
    setup::ensure(&setup::NODE)?;
    let words = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"];
    output(tool("npm", &words).current_dir(repository::root().join(folder)))
}
