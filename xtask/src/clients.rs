//! The test with clients of the stream that nobody here wrote: curl, and libraries of npm and PyPI.

use std::fs;
use std::path::PathBuf;

use crate::failure::{Failure, Outcome};
use crate::tool::{run, tool};
use crate::{python, repository, setup};

const FOLDER: &str = "server/tests/clients";
const TEST: [&str; 5] = ["test", "--package", "server", "--test", "foreign_clients"];

/// Prepares the clients and runs the test.
pub(crate) fn test() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::CURL)?;
    let python = ensure_packages()?;
    run(tool("cargo", &TEST).env("CLIENTS_PYTHON", python))
}

/// Installs the packages, if they aren't there yet or others are asked for, and gives the Python that has its own.
pub(crate) fn ensure_packages() -> Outcome<PathBuf> {
    ensure_npm_packages()?;
    python::ensure_environment("clients", &format!("{FOLDER}/requirements.txt"))
}

fn ensure_npm_packages() -> Outcome {
    setup::ensure(&setup::NODE)?;
    let folder = repository::root().join(FOLDER);
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
