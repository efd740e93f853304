//! The dashboard: its page built as it is committed, held against that, and tested in a real browser.

mod build;

use crate::failure::Outcome;
use crate::tool::{run, tool};
use crate::{browser_sdk, npm, repository, setup};

const FOLDER: &str = "js/dashboard";
/// Where the server takes the page from.
const COMMITTED: &str = "server/assets/dashboard";
/// Two instances of the server, each with a page.
const INSTANCES: [&str; 5] = ["test", "--package", "server", "--test", "dashboard"];

/// Holds the committed page against its sources, and tests it as the server carries it.
pub(crate) fn test() -> Outcome {
    for need in [&setup::COMPILER, &setup::CHROMIUM, &setup::POSTGRES, &setup::REDIS] {
        setup::ensure(need)?;
    }
    // The page has the browser SDK in it.
    let compiler = browser_sdk::build()?;
    for script in ["typecheck", "test"] {
        npm::run_script(FOLDER, script)?;
    }
    let scratch = repository::scratch("dashboard");
    build::build(&scratch)?;
    build::hold_against_committed(&scratch, &compiler)?;
    // The tests run the real server, with the page in it.
    run(&mut tool("cargo", &["build", "--locked", "--package", "server"]))?;
    npm::run_script(FOLDER, "test:chromium")?;
    run(&mut tool("cargo", &INSTANCES))
}

/// Builds the page and puts it where the server takes it from.
pub(crate) fn write() -> Outcome {
    setup::ensure(&setup::NODE)?;
    let compiler = browser_sdk::build()?;
    build::build(&repository::root().join(COMMITTED))?;
    build::note_compiler(&compiler)
}

/// Makes the pictures of the page that documents show.
pub(crate) fn screenshots() -> Outcome {
    for need in [&setup::COMPILER, &setup::CHROMIUM] {
        setup::ensure(need)?;
    }
    npm::ensure_packages("js")?;
    run(&mut tool("cargo", &["build", "--locked", "--package", "server"]))?;
    npm::run_script(FOLDER, "screenshots")
}
