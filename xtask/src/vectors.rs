//! The test vectors: written, or checked, by a Python program whose packages are independent of our own code.

use std::path::PathBuf;

use crate::failure::Outcome;
use crate::{python, tool};

const GENERATOR: &str = "xtask/vectors/generate.py";

/// Writes the vectors anew.
pub(crate) fn write() -> Outcome {
    generate(&[])
}

/// Fails unless the committed vectors are what the generator gives.
pub(crate) fn check() -> Outcome {
    generate(&["--check"])
}

/// Makes the Python environment in which the generator runs.
pub(crate) fn ensure_environment() -> Outcome<PathBuf> {
    python::ensure_environment("venv", "xtask/vectors/requirements.txt")
}

fn generate(arguments: &[&str]) -> Outcome {
    let python = ensure_environment()?;
    tool::run(tool::tool(python, &[GENERATOR]).args(arguments))
}
