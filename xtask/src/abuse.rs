//! The test of the server under abuse: bad input that others collected, requests made of its OpenAPI document, slow clients.

use std::path::PathBuf;

use crate::failure::Outcome;
use crate::tool::{run, tool};
use crate::{npm, python, setup};

const FOLDER: &str = "server/tests/abuse/tools";
/// One after the other: what one does to the machine must not show in another's time.
const TEST: [&str; 8] = ["test", "--package", "server", "--test", "abuse", "--", "--nocapture", "--test-threads=1"];

/// The short form, a part of the tests.
pub(crate) fn test() -> Outcome {
    let python = prepare()?;
    run(tool("cargo", &TEST).env("ABUSE_PYTHON", python))
}

/// The long form: ten thousand requests, and healthy clients timed alone and beside the slow ones.
pub(crate) fn test_long() -> Outcome {
    let python = prepare()?;
    run(tool("cargo", &TEST).env("ABUSE_PYTHON", python).env("ABUSE_LONG", "1"))
}

/// Installs the packages, and gives the Python that has its own.
pub(crate) fn ensure_packages() -> Outcome<PathBuf> {
    npm::ensure_packages(FOLDER)?;
    python::ensure_environment("abuse", &format!("{FOLDER}/requirements.txt"))
}

fn prepare() -> Outcome<PathBuf> {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::SLOWHTTPTEST)?;
    ensure_packages()
}
