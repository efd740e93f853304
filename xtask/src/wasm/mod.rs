//! The browser's module: built by cargo, given its exports and their types by wasm-bindgen, made smaller by wasm-opt.

mod bindgen;
mod exports;
mod flags;
mod toolchain;

use std::fs;
use std::path::Path;

use toolchain::Toolchain;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{npm, repository};

/// Where it is put, for the package's build and for its tests.
const FOLDER: &str = "js/browser/wasm";

/// The npm workspace that has wasm-opt.
const WORKSPACE: &str = "js";

/// Installs what the build needs.
pub(crate) fn ensure_all() -> Outcome {
    Toolchain::ensure()?;
    bindgen::ensure().map(drop)
}

/// Builds the module and puts it in its place; gives the compiler that did it, as `rustc 1.96.0`.
pub(crate) fn build() -> Outcome<String> {
    let toolchain = Toolchain::ensure()?;
    let bindgen = bindgen::ensure()?;
    npm::ensure_packages(WORKSPACE)?;
    let compiler = toolchain.version()?;

    // A folder of its own: the compiler can be another than the one that fills `target/`.
    let target = repository::root().join("target").join("browser");
    compile(toolchain, &target)?;
    let work = repository::scratch("wasm");
    tool::run(tool(bindgen, &["--target", "web", "--out-dir"]).arg(&work).arg(target.join(flags::OUTPUT)))?;
    let types = work.join("sidekick_browser_bg.wasm.d.ts");
    let lean = work.join("lean.wasm");
    let small = work.join("small.wasm");
    let graph = work.join("exports.json");
    let exports = exports::graph(&read(&types)?);
    write(&graph, &exports)?;
    let binaryen = repository::root().join(WORKSPACE).join("node_modules/binaryen/bin");
    let mut remove = tool("node", &[]);
    remove.arg(binaryen.join("wasm-metadce")).arg(work.join("sidekick_browser_bg.wasm"));
    // It tells of everything that it removed.
    tool::output(remove.arg("--graph-file").arg(&graph).arg("--output").arg(&lean))?;
    let mut optimize = tool("node", &[]);
    optimize.arg(binaryen.join("wasm-opt")).args(flags::WASM_OPT).arg(&lean).arg("--output");
    tool::run(optimize.arg(&small))?;

    let folder = repository::root().join(FOLDER);
    fs::create_dir_all(&folder)
        .map_err(|error| Failure::step(format!("{} cannot be made: {error}", folder.display())))?;
    place(&small, &folder.join("sidekick.wasm"))?;
    place(&types, &folder.join("sidekick.wasm.d.ts"))?;
    println!("{FOLDER}/sidekick.wasm is built, by {} {compiler}", toolchain.name());
    Ok(compiler)
}

fn compile(toolchain: Toolchain, target: &Path) -> Outcome {
    let mut flags: Vec<String> = flags::RUSTC.iter().map(|flag| (*flag).to_owned()).collect();
    flags.extend(toolchain.linker_flags());
    let mut cargo = toolchain.program("cargo", &["build"]);
    // In this form they replace those that a person's settings or environment have, which would change the bytes.
    cargo.args(flags::CARGO).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")).env("CARGO_TARGET_DIR", target);
    tool::run(&mut cargo)
}

fn read(file: &Path) -> Outcome<String> {
    fs::read_to_string(file).map_err(|error| Failure::step(format!("{} cannot be read: {error}", file.display())))
}

fn write(file: &Path, text: &str) -> Outcome {
    fs::write(file, text).map_err(|error| Failure::step(format!("{} cannot be written: {error}", file.display())))
}

/// By a rename, so that whoever reads it meanwhile has the old one or the new one, whole.
fn place(from: &Path, to: &Path) -> Outcome {
    let beside = to.with_extension("new");
    fs::copy(from, &beside)
        .and_then(|_| fs::rename(&beside, to))
        .map_err(|error| Failure::step(format!("{} cannot be put at {}: {error}", from.display(), to.display())))
}
