//! The program that runs the tests: React Native's JSI, its runtime for JavaScriptCore and its TurboModules, all as they are,
//! with what ships.

use std::path::{Path, PathBuf};

use super::react_native::{self, STRICT};
use super::{FOLDER, SHIPPED, create, in_cpp};
use crate::failure::Outcome;
use crate::repository;
use crate::tool::{self, run, tool};

/// Below the package's `ReactCommon`.
const THEIRS: [&str; 9] = [
    "jsi/jsi/jsi.cpp",
    "jsi/jsi/jsilib-posix.cpp",
    "jsc/JSCRuntime.cpp",
    "react/bridging/LongLivedObject.cpp",
    "react/nativemodule/core/ReactCommon/CxxTurboModuleUtils.cpp",
    "react/nativemodule/core/ReactCommon/TurboModule.cpp",
    "react/nativemodule/core/ReactCommon/TurboModuleBinding.cpp",
    "react/nativemodule/core/ReactCommon/TurboModuleWithJSIBindings.cpp",
    "react/utils/jsi-utils.cpp",
];
const ENGINE: &str = "javascriptcoregtk-4.1";

/// Not everything that they use is included by the headers that they name; and to log what is asserted, all of React Native
/// but JSI needs a library of its own.
const AS_THEY_ARE: [&str; 5] = ["-w", "-include", "stdint.h", "-DREACT_NATIVE_PRODUCTION", "-c"];

const TESTS: &str = "mobile/test";

/// `mobile/test/living.cpp` counts the calls of these.
const COUNTED: [&str; 8] = [
    "client_create",
    "client_free",
    "user_create",
    "user_free",
    "poll_output",
    "export",
    "attribute_name",
    "bytes_free",
];

/// A way to compile it.
pub(super) struct Build {
    name: &'static str,
    flags: &'static [&'static str],
}

/// Without React Native's own checks, as apps have it.
pub(super) const MEASURED: Build = Build { name: "measured", flags: &["-O2", "-DNDEBUG"] };

pub(super) const BUILDS: [Build; 2] = [
    Build { name: "optimised", flags: &["-O2"] },
    Build {
        name: "sanitized",
        // The engine is compiled without types at run time, so that its objects cannot be held against theirs.
        flags: &["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize=vptr", "-fno-sanitize-recover=all"],
    },
];

impl Build {
    /// Gives the program. But where it is measured, the own checks of JSI stay in: they find values that outlive their
    /// runtime.
    pub(super) fn compile(&self, library: &Path) -> Outcome<PathBuf> {
        let folder = repository::scratch(FOLDER).join(self.name);
        create(&folder)?;
        let sources = react_native::newest();
        let mut theirs = react_native::compiler("c++", &sources)?;
        theirs.args(AS_THEY_ARE).args(engine("--cflags")?);
        theirs.args(self.flags).args(THEIRS.map(|source| sources.join(source)));
        run(theirs.current_dir(&folder))?;
        let program = folder.join("runner");
        let mut ours = react_native::compiler("c++", &sources)?;
        ours.args(STRICT).args(self.flags).args(in_cpp(SHIPPED)?).args(in_cpp(TESTS)?);
        ours.args(
            THEIRS.map(|source| folder.join(Path::new(source).with_extension("o").file_name().unwrap_or_default())),
        );
        ours.arg(library).args(COUNTED.map(|function| format!("-Wl,--wrap=sidekick_{function}")));
        run(ours.args(engine("--libs")?).arg("-lpthread").arg("-o").arg(&program))?;
        Ok(program)
    }
}

/// What the compiler is told of the engine.
fn engine(what: &str) -> Outcome<Vec<String>> {
    let said = tool::output(&mut tool("pkg-config", &[what, ENGINE]))?;
    Ok(said.split_whitespace().map(str::to_owned).collect())
}
