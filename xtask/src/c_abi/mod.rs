//! The C ABI: its header, its programs in C and C++, and what phones get of it.

mod dart;
mod header;
mod library;
mod mobile_libs;
mod phones;
mod program;
mod size;

use std::path::{Path, PathBuf};

use library::Library;
use program::{Language, Program};

use crate::failure::{Failure, Outcome};
use crate::tool::{self, run, tool};
use crate::{repository, rustup, setup};

pub(crate) use dart::{build as build_for_dart, build_archive as build_archive_for_dart};
pub(crate) use header::write as write_header;
pub(crate) use mobile_libs::{build as build_mobile_libs, build_for_android};
pub(crate) use phones::test as test_phones;
pub(crate) use size::record as record_size;

const FOLDER: &str = "ffi";
const TESTS: [&str; 4] = ["--locked", "--package", "sidekick-ffi", "--lib"];
const WITHOUT_STD: [&str; 3] = ["--no-default-features", "--features", "libc"];
/// Memory goes through these: `leak.c` counts their calls.
const COUNTED: &str = "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free,--wrap=posix_memalign";

/// The header is what the sources say, and every program in C and C++ passes, with Rust's standard library and without.
pub(crate) fn test() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::CXX_COMPILER)?;
    setup::ensure(&setup::LIBCURL)?;
    header::check()?;
    // The example follows the real server.
    run(&mut tool("cargo", &["build", "--locked", "--package", "server"]))?;
    // With Rust's standard library they run with all others.
    run(tool("cargo", &["test"]).args(TESTS).args(WITHOUT_STD))?;
    let (script, readme) = (script()?, readme()?);
    let readme = [readme.as_str()];
    for library in [Library::Std, Library::Bare] {
        let folder = library.build()?;
        let program = |language, sources| Program { library, folder: &folder, language, sources, flags: &[] };
        program(Language::C, &["ffi/tests/c/smoke.c"]).run("smoke")?;
        program(Language::C, &["ffi/tests/c/smoke.c"]).run_shared("smoke-shared")?;
        program(Language::C, &readme).run("readme")?;
        program(Language::Cxx, &["ffi/tests/c/replay.cc"]).run_with("replay", &script)?;
        program(Language::Cxx, &["ffi/tests/c/threads.cc"]).run("threads")?;
        let flags = &["-D_DEFAULT_SOURCE", COUNTED];
        Program { flags, ..program(Language::C, &["ffi/tests/c/leak.c"]) }.run("leak")?;
        let flags = &["-D_DEFAULT_SOURCE"];
        let follow =
            Program { flags, ..program(Language::C, &["ffi/examples/follow.c"]) }.build("follow", &["-lcurl"])?;
        run(tool("python3", &["ffi/tests/example.py", "target/debug/server"]).arg(follow))?;
    }
    Ok(())
}

/// The programs under sanitizers, with the library and all of Rust's below it instrumented too.
pub(crate) fn sanitize() -> Outcome {
    setup::ensure(&setup::CXX_COMPILER)?;
    let script = script()?;
    for library in [Library::AddressSanitizer, Library::ThreadSanitizer] {
        let folder = library.build()?;
        let program = |language, sources| Program { library, folder: &folder, language, sources, flags: &["-g"] };
        if library == Library::ThreadSanitizer {
            program(Language::Cxx, &["ffi/tests/c/threads.cc", "ffi/tests/c/tsan.cc"]).run("threads")?;
            continue;
        }
        program(Language::C, &["ffi/tests/c/smoke.c"]).run("smoke")?;
        program(Language::Cxx, &["ffi/tests/c/replay.cc"]).run_with("replay", &script)?;
        program(Language::Cxx, &["ffi/tests/c/threads.cc"]).run("threads")?;
    }
    Ok(())
}

/// The tests in Rust under Miri, which finds what is undefined though it works.
pub(crate) fn miri() -> Outcome {
    const MIRI: [&str; 2] = ["+nightly", "miri"];
    if !tool::succeeds(tool("cargo", &MIRI).arg("--version")) {
        // To a toolchain that is here, or with one that is not.
        let added = rustup::add("component", &["--toolchain", "nightly", "miri", "rust-src"]);
        added.or_else(|_| rustup::install("nightly", &["miri", "rust-src"])).map_err(|failure| {
            Failure::step(format!(
                "missing: Miri (it runs the C ABI's tests).\n  Install: rustup toolchain install nightly --component \
                 miri,rust-src\n  Tried: {failure}"
            ))
        })?;
    }
    let folder = repository::root().join("target").join("miri");
    for features in [&[][..], &WITHOUT_STD] {
        run(tool("cargo", &MIRI).arg("test").args(TESTS).args(features).env("CARGO_TARGET_DIR", &folder))?;
    }
    Ok(())
}

/// The static library as apps get it, for this machine.
pub(crate) fn build_archive_for_apps() -> Outcome<PathBuf> {
    Ok(Library::Bare.build()?.join("libsidekick_ffi.a"))
}

/// The static library for this machine, instrumented for ThreadSanitizer.
pub(crate) fn build_archive_for_threads() -> Outcome<PathBuf> {
    Ok(Library::ThreadSanitizer.build()?.join("libsidekick_ffi.a"))
}

/// The vectors as lines that need no reader of JSON.
pub(crate) fn script() -> Outcome<String> {
    setup::ensure(&setup::PYTHON)?;
    tool::output(&mut tool("python3", &["ffi/tests/script.py"]))
}

/// The program that the README shows, as it stands there.
fn readme() -> Outcome<String> {
    let readme = read(&repository::root().join(FOLDER).join("README.md"))?;
    let program = readme.split_once("```c\n").and_then(|(_, rest)| rest.split_once("```")).map(|(program, _)| program);
    let program = program.ok_or_else(|| Failure::step("ffi/README.md shows no program in C"))?;
    let path = repository::scratch("c-abi").join("readme.c");
    write(&path, program)?;
    Ok(path.display().to_string())
}

fn read(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path).map_err(|error| Failure::step(format!("{} cannot be read: {error}", path.display())))
}

fn write(path: &Path, text: &str) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::step(format!("{} cannot be written: {error}", path.display())))
}
