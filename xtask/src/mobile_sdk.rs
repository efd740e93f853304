//! The React Native SDK: its host functions in React Native's own runtime for JavaScriptCore, compiled as it ships.
//!
//! Of npm's package of React Native only the sources of that runtime are used, so it is unpacked by itself: to install it
//! would bring some hundred other packages along.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, run, tool};
use crate::{c_abi, npm, repository, setup};

const FOLDER: &str = "mobile";
/// Whose tests and tools are used.
const WORKSPACE: &str = "js";
const VECTORS: &str = "core-nostd/tests/vectors";

/// A release of React Native.
struct ReactNative {
    package: &'static str,
    integrity: &'static str,
}

/// The one in which the tests run.
const NEWEST: ReactNative = ReactNative {
    package: "react-native@0.88.1",
    integrity: "sha512-wajWcLZ93GCN7k4Uwh4CS4L2Ah8ohcvkOXnvIYmh4Yvuqho5j3APZ9qozK+nQrHWSgauq4h8D3HN5DKK84SrHA==",
};

/// The oldest for whose JSI the host functions compile.
const OLDEST: ReactNative = ReactNative {
    package: "react-native@0.76.9",
    integrity: "sha512-+LRwecWmTDco7OweGsrECIqJu0iyrREd6CTCgC/uLLYipiHvk+MH9nd6drFtCw/6Blz6eoKTcH9YTTJusNtrWg==",
};

/// Below the package's `ReactCommon`.
const RUNTIME: [&str; 3] = ["jsi/jsi/jsi.cpp", "jsi/jsi/jsilib-posix.cpp", "jsc/JSCRuntime.cpp"];
const ENGINE: &str = "javascriptcoregtk-4.1";

const SHIPPED: &str = "mobile/cpp";
const TESTS: &str = "mobile/test";
const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-Iffi/include"];

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

/// A way to compile the program that runs the tests.
struct Build {
    name: &'static str,
    flags: &'static [&'static str],
}

/// Without React Native's own checks, as apps have it.
const MEASURED: Build = Build { name: "measured", flags: &["-O2", "-DNDEBUG"] };

const BUILDS: [Build; 2] = [
    Build { name: "optimised", flags: &["-O2"] },
    Build {
        name: "sanitized",
        // The engine is compiled without types at run time, so that its objects cannot be held against theirs.
        flags: &["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize=vptr", "-fno-sanitize-recover=all"],
    },
];

/// How often a runtime is made and destroyed with everything in use.
const RELOADS: &str = "50";

/// Builds everything and runs the tests: with strings as JavaScriptCore gives them, and as Hermes does.
pub(crate) fn test() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::CXX_COMPILER)?;
    setup::ensure(&setup::JAVASCRIPTCORE)?;
    ensure_packages()?;
    run(&mut tool("js/node_modules/.bin/tsc", &["--project", "mobile/test/tsconfig.json"]))?;
    check_oldest()?;
    let (tests, reload) = (bundle("test/main")?, bundle("test/reload")?);
    let library = c_abi::build_archive_for_apps()?;
    for build in BUILDS {
        let program = build.compile(&library)?;
        for strings in ["copied", "in-place"] {
            for (script, times) in [(&tests, "1"), (&reload, RELOADS)] {
                // The engine's own leaks are not ours to find; what is ours, the program counts.
                let mut running = tool(&program, &[]);
                run(running.arg(script).args([VECTORS, strings, times]).env("ASAN_OPTIONS", "detect_leaks=0"))?;
            }
        }
    }
    Ok(())
}

/// Times questions beside a host function that does nothing.
pub(crate) fn bench() -> Outcome {
    setup::ensure(&setup::CXX_COMPILER)?;
    setup::ensure(&setup::JAVASCRIPTCORE)?;
    ensure_packages()?;
    let program = MEASURED.compile(&c_abi::build_archive_for_apps()?)?;
    run(tool(program, &[]).arg(bundle("bench/bench")?).args([VECTORS, "copied", "1"]))
}

/// Gets React Native's sources, and what bundles the tests.
pub(crate) fn ensure_packages() -> Outcome {
    npm::ensure_packages(WORKSPACE)?;
    NEWEST.ensure()?;
    OLDEST.ensure()
}

impl ReactNative {
    fn ensure(&self) -> Outcome {
        let (folder, package) = (self.folder(), self.package);
        // Written last, so an unpacking that was broken off half-way is made again.
        let stamp = folder.join("integrity");
        if fs::read_to_string(&stamp).is_ok_and(|unpacked| unpacked == self.integrity) {
            return Ok(());
        }
        create(&folder)?;
        let destination = folder.display().to_string();
        let said = tool::output(&mut tool("npm", &["pack", package, "--json", "--pack-destination", &destination]))?;
        if !said.contains(&format!("\"{}\"", self.integrity)) {
            return Err(Failure::step(format!("{package} came with other bytes than those of {}", self.integrity)));
        }
        let archive = format!("{}.tgz", package.replace('@', "-"));
        run(tool("tar", &["-xzf", &archive, "package/ReactCommon"]).current_dir(&folder))?;
        fs::write(&stamp, self.integrity)
            .map_err(|error| Failure::step(format!("{} cannot be written: {error}", stamp.display())))
    }

    fn folder(&self) -> PathBuf {
        repository::scratch(FOLDER).join(self.package)
    }

    fn sources(&self) -> PathBuf {
        self.folder().join("package/ReactCommon")
    }

    /// A compiler that finds its headers.
    fn compiler(&self, options: &[&str]) -> Command {
        let mut compiler = tool("c++", &["-std=c++20"]);
        compiler.args(options).arg("-isystem").arg(self.sources().join("jsi")).arg("-isystem").arg(self.sources());
        compiler
    }
}

/// What ships compiles for the oldest release, too.
fn check_oldest() -> Outcome {
    run(OLDEST.compiler(&["-fsyntax-only"]).args(STRICT).args(in_cpp(SHIPPED)?))
}

impl Build {
    /// Gives the program. But where it is measured, React Native's own checks stay in: they find values that outlive their
    /// runtime.
    fn compile(&self, library: &Path) -> Outcome<PathBuf> {
        let folder = repository::scratch(FOLDER).join(self.name);
        create(&folder)?;
        // Not everything that it uses is included by the headers that it names.
        let mut theirs = NEWEST.compiler(&["-w", "-include", "stdint.h", "-c"]);
        theirs.args(tool::output(&mut tool("pkg-config", &["--cflags", ENGINE]))?.split_whitespace());
        theirs.args(self.flags).args(RUNTIME.map(|source| NEWEST.sources().join(source)));
        run(theirs.current_dir(&folder))?;
        let program = folder.join("runner");
        let mut ours = NEWEST.compiler(&STRICT);
        ours.args(self.flags).arg("-Imobile/cpp").args(in_cpp(SHIPPED)?).args(in_cpp(TESTS)?);
        ours.args(
            RUNTIME.map(|source| folder.join(Path::new(source).with_extension("o").file_name().unwrap_or_default())),
        );
        ours.arg(library).args(COUNTED.map(|function| format!("-Wl,--wrap=sidekick_{function}")));
        ours.args(tool::output(&mut tool("pkg-config", &["--libs", ENGINE]))?.split_whitespace());
        run(ours.arg("-lpthread").arg("-o").arg(&program))?;
        Ok(program)
    }
}

/// A program in TypeScript, in one file.
fn bundle(name: &str) -> Outcome<PathBuf> {
    let bundled = repository::scratch(FOLDER).join(format!("{name}.js"));
    let mut bundle = tool("js/node_modules/.bin/esbuild", &["--bundle", "--format=iife", "--target=es2022"]);
    bundle.arg("--log-level=warning").arg(format!("--outfile={}", bundled.display()));
    run(bundle.arg(format!("mobile/{name}.ts")))?;
    Ok(bundled)
}

fn in_cpp(folder: &str) -> Outcome<Vec<PathBuf>> {
    let entries = repository::root()
        .join(folder)
        .read_dir()
        .map_err(|error| Failure::step(format!("{folder} cannot be read: {error}")))?;
    let mut sources: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "cpp"));
    sources.sort();
    Ok(sources)
}

fn create(folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(|error| Failure::step(format!("{} cannot be made: {error}", folder.display())))
}
