//! The test with clients of the stream that nobody here wrote (curl, libraries of npm and PyPI) and with one that was written
//! from the protocol's document.

use std::path::PathBuf;

use crate::failure::Outcome;
use crate::tool::{run, tool};
use crate::{npm, python, setup};

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
    npm::ensure_packages(FOLDER)?;
    python::ensure_environment("clients", &format!("{FOLDER}/requirements.txt"))
}
