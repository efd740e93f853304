//! The core built for every target that an SDK ships to: as a `no_std` library, so no linker and no device is needed.
//!
//! A target whose standard library rustup has installed is built in the ordinary way. For the others, Debian's toolchain
//! builds `core` and `alloc` from the sources that Debian packages; where that is not to be had, rustup adds the targets.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{repository, setup};

/// Where the SDKs run: browsers, Android, iOS and its simulators, and no operating system at all.
const TARGETS: [&str; 8] = [
    "wasm32-unknown-unknown",
    "aarch64-linux-android",
    "x86_64-linux-android",
    "armv7-linux-androideabi",
    "aarch64-apple-ios",
    "aarch64-apple-ios-sim",
    "x86_64-apple-ios",
    "x86_64-unknown-none",
];

/// Debian's toolchain with the library's sources.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// How long rustup may try: its server is either quick or out of reach.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(180);

/// Builds the core for all targets. Those of one way go to one cargo, for a target by itself keeps one processor busy.
pub(crate) fn build_all() -> Outcome {
    ensure_all()?;
    let (installed, others): (Vec<&str>, Vec<&str>) = TARGETS.into_iter().partition(|target| has_library(target));
    let by_installed = build("cargo", &installed, |_| {});
    let by_sources = build("/usr/bin/cargo", &others, from_debian_sources);
    by_installed.and(by_sources)
}

/// Makes sure that each target can be built in one of the two ways.
pub(crate) fn ensure_all() -> Outcome {
    let missing: Vec<&str> = TARGETS.into_iter().filter(|target| !has_library(target)).collect();
    if missing.is_empty() || has_debian_toolchain() {
        return Ok(());
    }
    let Err(packages) = setup::install_packages(&DEBIAN_PACKAGES).and_then(|()| check_debian_toolchain()) else {
        return Ok(());
    };
    let Err(rustup) = add_by_rustup(&missing) else {
        return Ok(());
    };
    Err(Failure::step(format!(
        "missing: Rust's library for {} (the core must build for every SDK).\n  Install: rustup target add {}\n  \
         or, on Debian as root: apt-get install {}\n  Tried: {packages}; {rustup}",
        missing.join(", "),
        missing.join(" "),
        DEBIAN_PACKAGES.join(" "),
    )))
}

/// Builds in a folder of its own, for Debian's compiler is another version than the one that fills `target/`.
fn build(cargo: &str, targets: &[&str], prepare: fn(&mut Command)) -> Outcome {
    if targets.is_empty() {
        return Ok(());
    }
    let mut command =
        tool(cargo, &["build", "--package", "sidekick-core", "--lib", "--release", "--locked", "--keep-going"]);
    command.args(targets.iter().flat_map(|target| ["--target", target]));
    command.env("CARGO_TARGET_DIR", repository::root().join("target").join("no-std"));
    prepare(&mut command);
    tool::run(&mut command)
}

/// `-Z build-std` is unstable; the bootstrap variable opens it in the released compiler that Debian ships.
fn from_debian_sources(command: &mut Command) {
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .args(["-Z", "build-std=core,alloc"])
        .env("PATH", format!("/usr/bin:{path}"))
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        // The cargo that runs us names its own toolchain and libraries here.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("LD_LIBRARY_PATH");
}

fn has_library(target: &str) -> bool {
    let root = tool::output(&mut tool("rustc", &["--print", "sysroot"])).unwrap_or_default();
    let library = Path::new(root.trim()).join("lib").join("rustlib").join(target).join("lib");
    // The folder alone can be left over from a library that was removed.
    library.read_dir().is_ok_and(|mut files| {
        files.any(|file| file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libcore-")))
    })
}

fn add_by_rustup(targets: &[&str]) -> Outcome {
    if !tool::succeeds(&mut tool("rustup", &["--version"])) {
        return Err(Failure::step("rustup is not installed"));
    }
    // A refusal is expected where the server is out of reach; its cause is worth a line, its backtrace is not.
    tool::run_within(tool("rustup", &["target", "add"]).args(targets).env("RUST_BACKTRACE", "0"), RUSTUP_PATIENCE)
}

fn check_debian_toolchain() -> Outcome {
    if has_debian_toolchain() { Ok(()) } else { Err(Failure::step("Debian's toolchain is too old")) }
}

/// Debian also ships an older compiler by the same path; it must be one that our manifests allow.
fn has_debian_toolchain() -> bool {
    let oldest = tool::version(env!("CARGO_PKG_RUST_VERSION"));
    let version = |program: &str| {
        tool::output(tool(program, &["--version"]).env_remove("LD_LIBRARY_PATH"))
            .ok()
            .and_then(|text| tool::version(&text))
    };
    let has_sources = Path::new("/usr/lib/rustlib/src/rust/library/alloc/Cargo.toml").exists();
    has_sources && version("/usr/bin/rustc") >= oldest && version("/usr/bin/cargo") >= oldest
}
