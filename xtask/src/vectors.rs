//! The test vectors: written, or checked, by a Python program whose packages are independent of our own code.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::{repository, setup, tool};

const GENERATOR: &str = "xtask/vectors/generate.py";
const REQUIREMENTS: &str = "xtask/vectors/requirements.txt";

/// Writes the vectors anew.
pub(crate) fn write() -> Outcome {
    generate(&[])
}

/// Fails unless the committed vectors are what the generator gives.
pub(crate) fn check() -> Outcome {
    generate(&["--check"])
}

/// Makes the Python environment in which the generator runs, if it isn't there yet or asks for other packages.
pub(crate) fn ensure_environment() -> Outcome<PathBuf> {
    setup::ensure(&setup::PYTHON)?;
    let root = repository::root();
    let environment = repository::scratch("venv");
    let wanted = fs::read_to_string(root.join(REQUIREMENTS))
        .map_err(|error| Failure::step(format!("{REQUIREMENTS} cannot be read: {error}")))?;
    let python = interpreter(&environment);
    // Written last, so an environment that was broken off half-way is made again.
    let stamp = environment.join("requirements-installed.txt");
    let is_ready = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && tool::succeeds(&mut tool::tool(&python, &["--version"]));
    if !is_ready {
        tool::run(tool::tool("python3", &["-m", "venv", "--clear"]).arg(&environment))?;
        tool::run(&mut tool::tool(
            &python,
            &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS],
        ))?;
        fs::write(&stamp, wanted)
            .map_err(|error| Failure::step(format!("{} cannot be written: {error}", stamp.display())))?;
    }
    Ok(python)
}

fn generate(arguments: &[&str]) -> Outcome {
    let python = ensure_environment()?;
    tool::run(tool::tool(python, &[GENERATOR]).args(arguments))
}

fn interpreter(environment: &Path) -> PathBuf {
    if cfg!(windows) { environment.join("Scripts").join("python.exe") } else { environment.join("bin").join("python") }
}
