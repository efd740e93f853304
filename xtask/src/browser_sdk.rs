//! The browser SDK: its module built as it is shipped, its tests in Node and in a real browser, its examples, and its
//! package as users get it.

use crate::failure::{Failure, Outcome};
use crate::tool::{run, tool};
use crate::{npm, repository, setup, wasm};

const WORKSPACE: &str = "js";
const FOLDER: &str = "js/browser";
const EXAMPLES: &str = "js/browser/examples";

/// Builds everything and tests it.
pub(crate) fn test() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::CHROMIUM)?;
    ensure_packages()?;
    // The tests run the real server.
    run(&mut tool("cargo", &["build", "--locked", "--package", "server"]))?;
    build()?;
    // The tests are checked against the types that the build gives.
    for script in ["typecheck", "test", "test:chromium", "test:examples", "lint:package"] {
        npm::run_script(FOLDER, script)?;
    }
    Ok(())
}

/// Builds the module and the package; gives the compiler that built the module.
pub(crate) fn build() -> Outcome<String> {
    let compiler = wasm::build()?;
    npm::run_script(FOLDER, "build")?;
    Ok(compiler)
}

/// Installs what the build and the tests need from the package registries, the examples' packages too.
pub(crate) fn ensure_packages() -> Outcome {
    npm::ensure_packages(WORKSPACE)?;
    examples()?.iter().try_for_each(|example| npm::ensure_packages(example))
}

fn examples() -> Outcome<Vec<String>> {
    let entries = repository::root()
        .join(EXAMPLES)
        .read_dir()
        .map_err(|error| Failure::step(format!("{EXAMPLES} cannot be read: {error}")))?;
    let packages = entries.flatten().filter(|entry| entry.path().join("package.json").is_file());
    let mut examples: Vec<String> =
        packages.map(|entry| format!("{EXAMPLES}/{}", entry.file_name().to_string_lossy())).collect();
    examples.sort();
    Ok(examples)
}
