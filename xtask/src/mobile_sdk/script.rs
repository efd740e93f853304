//! The package's TypeScript: what codegen makes of it, what is built of it, its types, and test programs in one file each.

use std::path::PathBuf;

use crate::failure::Outcome;
use crate::tool::{run, tool};
use crate::{npm, repository};

/// Whose tools are used.
pub(super) const TOOLS: &str = "js";

/// The committed C++ is what codegen gives for the specs.
pub(super) fn check_generated() -> Outcome {
    run(&mut tool("node", &["mobile/codegen.mjs", "--check"]))
}

/// The package's own code, as apps get it; test programs take it from there.
pub(super) fn build() -> Outcome {
    npm::run_script(super::FOLDER, "build")
}

pub(super) fn check_types() -> Outcome {
    run(&mut tool("js/node_modules/.bin/tsc", &["--project", "mobile/test/tsconfig.json"]))
}

/// A program in TypeScript below `mobile`, in one file.
pub(super) fn bundle(name: &str) -> Outcome<PathBuf> {
    let bundled = repository::scratch(super::FOLDER).join(format!("{name}.js"));
    run(tool("node", &["mobile/test/bundle.mjs", &format!("mobile/{name}.ts")]).arg(&bundled))?;
    Ok(bundled)
}
