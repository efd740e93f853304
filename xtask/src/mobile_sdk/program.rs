//! A program of tests: React Native's JSI, its runtime for JavaScriptCore and its TurboModules, all as they are, with what
//! ships.

use std::path::{Path, PathBuf};

use super::react_native::{self, STRICT};
use super::{FOLDER, SHIPPED, in_cpp, objects};
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
const AS_THEY_ARE: [&str; 4] = ["-w", "-include", "stdint.h", "-DREACT_NATIVE_PRODUCTION"];

/// What runs the tests in JavaScript.
const RUNNER: [&str; 3] = ["mobile/test/runner.cpp", "mobile/test/living.cpp", "mobile/test/turbo_modules.cpp"];

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

/// A program, and how it is compiled.
pub(super) struct Build {
    pub(super) name: &'static str,
    pub(super) flags: &'static [&'static str],
    pub(super) tests: &'static [&'static str],
    /// The functions of the C library that the linker leads through the tests' own.
    pub(super) wrapped: &'static [&'static str],
}

/// Without React Native's own checks, as apps have it.
pub(super) const MEASURED: Build =
    Build { name: "measured", flags: &["-O2", "-DNDEBUG"], tests: &RUNNER, wrapped: &COUNTED };

pub(super) const BUILDS: [Build; 2] = [
    Build { name: "optimised", flags: &["-O2"], tests: &RUNNER, wrapped: &COUNTED },
    Build {
        name: "sanitized",
        // The engine is compiled without types at run time, so that its objects cannot be held against theirs.
        flags: &["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize=vptr", "-fno-sanitize-recover=all"],
        tests: &RUNNER,
        wrapped: &COUNTED,
    },
];

impl Build {
    /// Gives the program. But where it is measured, the own checks of JSI stay in: they find values that outlive their
    /// runtime.
    pub(super) fn compile(&self, library: &Path) -> Outcome<PathBuf> {
        let folder = repository::scratch(FOLDER).join(self.name);
        let release = react_native::newest();
        let compiler = || {
            let mut compiler = react_native::compiler("c++", &release)?;
            compiler.args(self.flags);
            Ok(compiler)
        };
        let engine_flags = engine("--cflags")?;
        let theirs =
            objects::compile(&folder.join("theirs"), &THEIRS.map(|source| release.sources().join(source)), || {
                let mut compiler = compiler()?;
                compiler.args(AS_THEY_ARE).args(&engine_flags);
                Ok(compiler)
            })?;
        let mut ours = in_cpp(SHIPPED)?;
        ours.extend(self.tests.iter().map(|source| repository::root().join(source)));
        let ours = objects::compile(&folder.join("ours"), &ours, || {
            let mut compiler = compiler()?;
            compiler.args(STRICT);
            Ok(compiler)
        })?;
        let program = folder.join("tests");
        let mut link = compiler()?;
        link.args(ours).args(theirs).arg(library);
        link.args(self.wrapped.iter().map(|name| format!("-Wl,--wrap=sidekick_{name}")));
        run(link.args(engine("--libs")?).args(["-lpthread", "-ldl", "-lm", "-o"]).arg(&program))?;
        Ok(program)
    }
}

/// What the compiler is told of the engine.
fn engine(what: &str) -> Outcome<Vec<String>> {
    let said = tool::output(&mut tool("pkg-config", &[what, ENGINE]))?;
    Ok(said.split_whitespace().map(str::to_owned).collect())
}
