//! The React Native SDK: what ships, run in React Native's own runtime for JavaScriptCore, under its own TurboModules.

mod android;
mod objects;
mod program;
mod react_native;
mod script;
mod size;
mod threads;

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::tool::{run, tool};
use crate::{c_abi, node_sdk, npm, repository, setup};

const FOLDER: &str = "mobile";
const SHIPPED: &str = "mobile/cpp";
const VECTORS: &str = "core-nostd/tests/vectors";

/// How often a runtime is made and destroyed with everything in use.
const RELOADS: &str = "50";

/// Builds everything and runs the tests: with strings as JavaScriptCore gives them, and as Hermes does.
pub(crate) fn test() -> Outcome {
    ensure_tools()?;
    script::check_generated()?;
    script::build()?;
    script::check_types()?;
    run(&mut tool("ruby", &["mobile/test/podspec.rb"]))?;
    react_native::check_sources()?;
    let native = c_abi::build_for_android()?;
    android::test(&native)?;
    size::check(&native)?;
    let (tests, reload) = (script::bundle("test/main")?, script::bundle("test/reload")?);
    let library = c_abi::build_archive_for_apps()?;
    for build in program::BUILDS {
        let program = build.compile(&library)?;
        for strings in ["copied", "in-place"] {
            for (script, times) in [(&tests, "1"), (&reload, RELOADS)] {
                // The engine's own leaks are not ours to find; what is ours, the program counts.
                let mut running = tool(&program, &[]);
                run(running.arg(script).args([VECTORS, strings, times]).env("ASAN_OPTIONS", "detect_leaks=0"))?;
            }
        }
    }
    threads::test()?;
    test_package()
}

/// The client over a phone's networking, for which it has the engine of the Node SDK; and the package as apps get it.
fn test_package() -> Outcome {
    node_sdk::build()?;
    for script in ["test:node", "lint:package", "test:package"] {
        npm::run_script(FOLDER, script)?;
    }
    Ok(())
}

/// Times the client's questions, also without what phones forbid an app's engine: to make machine code as it runs.
pub(crate) fn bench() -> Outcome {
    ensure_tools()?;
    script::build()?;
    let program = program::MEASURED.compile(&c_abi::build_archive_for_apps()?)?;
    let script = script::bundle("bench/bench")?;
    for compiles in ["1", "0"] {
        println!("\nJSC_useJIT={compiles}");
        run(tool(&program, &[]).arg(&script).args([VECTORS, "copied", "1"]).env("JSC_useJIT", compiles))?;
    }
    Ok(())
}

fn ensure_tools() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::CXX_COMPILER)?;
    setup::ensure(&setup::CLANG)?;
    setup::ensure(&setup::JAVASCRIPTCORE)?;
    setup::ensure(&setup::RUBY)?;
    ensure_packages()
}

/// Gets React Native, its codegen, and what bundles the tests.
pub(crate) fn ensure_packages() -> Outcome {
    npm::ensure_packages(script::TOOLS)?;
    npm::ensure_packages(FOLDER)?;
    react_native::ensure_oldest()
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
