//! Python environments: one for each list of packages, made where it is missing or the list has changed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::{repository, setup, tool};

/// The interpreter of an environment with the packages that a file lists.
pub(crate) fn ensure_environment(name: &str, requirements: &str) -> Outcome<PathBuf> {
    setup::ensure(&setup::PYTHON)?;
    let environment = repository::scratch(name);
    let wanted = fs::read_to_string(repository::root().join(requirements))
        .map_err(|error| Failure::step(format!("{requirements} cannot be read: {error}")))?;
    let python = interpreter(&environment);
    // Written last, so an environment that was broken off half-way is made again.
    let stamp = environment.join("requirements-installed.txt");
    let is_ready = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && tool::succeeds(&mut tool::tool(&python, &["--version"]));
    if !is_ready {
        tool::run(tool::tool("python3", &["-m", "venv", "--clear"]).arg(&environment))?;
        tool::run(&mut tool::tool(
            &python,
            &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
        ))?;
        fs::write(&stamp, wanted)
            .map_err(|error| Failure::step(format!("{} cannot be written: {error}", stamp.display())))?;
    }
    Ok(python)
}

fn interpreter(environment: &Path) -> PathBuf {
    if cfg!(windows) { environment.join("Scripts").join("python.exe") } else { environment.join("bin").join("python") }
}
