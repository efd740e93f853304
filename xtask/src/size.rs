//! What a page loads because of the browser SDK, in bytes: measured by `js/browser/size`, which also knows the budget.

use crate::browser_sdk;
use crate::failure::{Failure, Outcome};
use crate::tool::{run, tool};

const PROGRAM: &str = "js/browser/size/main.mjs";
const RULES: &str = "js/browser/size/budget.test.mjs";

/// Fails when something is over its budget, or has changed and nobody wrote down why.
pub(crate) fn check() -> Outcome {
    let compiler = browser_sdk::build()?;
    run(&mut tool("node", &["--test", RULES]))?;
    run(&mut tool("node", &[PROGRAM, &compiler]))
}

/// Writes the sizes of today down.
pub(crate) fn record(why: &str) -> Outcome {
    if why.trim().is_empty() {
        return Err(Failure::usage("cargo xtask size --record needs the reason, in words"));
    }
    let compiler = browser_sdk::build()?;
    run(&mut tool("node", &[PROGRAM, &compiler, why]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_down_without_a_reason() {
        assert!(matches!(record(" "), Err(Failure::Usage(_))));
    }
}
