//! The Node SDK: its addon built as it is shipped, its tests, and its package as users get it.

use std::fs;
use std::path::PathBuf;

use crate::failure::{Failure, Outcome};
use crate::tool::{run, tool};
use crate::{npm, python, repository, setup};

const WORKSPACE: &str = "js";
const FOLDER: &str = "js/node";
const EXAMPLES: [&str; 2] = ["js/node/examples/express", "js/node/examples/offline"];
const BUILD: [&str; 4] = ["--release", "--locked", "--package", "sidekick-node"];

/// What the Linux addon is built for where this machine can: the oldest C library that Node 20's own builds leave behind
/// by far, so that no system with such a Node is too old.
const OLDEST_GLIBC: [u32; 2] = [2, 17];
const PORTABLE_TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds everything and tests it.
pub(crate) fn test() -> Outcome {
    build()?;
    // The tests are checked against the types that the build gives.
    for script in ["build", "typecheck", "test", "lint:package"] {
        npm::run_script(FOLDER, script)?;
    }
    Ok(())
}

/// Builds the addon, puts it where tests take it from, and builds the server that they run.
pub(crate) fn build() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    ensure_packages()?;
    run(&mut tool("cargo", &["build", "--locked", "--package", "server"]))?;
    let addon = build_addon()?;
    let placed = repository::root().join(FOLDER).join(format!("sidekick.{}.node", platform()?));
    // Removed first: a process that still runs with the old one keeps it whole.
    let _ = fs::remove_file(&placed);
    fs::copy(&addon, &placed)
        .map(drop)
        .map_err(|error| Failure::step(format!("{} cannot be copied: {error}", addon.display())))
}

/// Installs what the build and the tests need from the package registries.
pub(crate) fn ensure_packages() -> Outcome {
    npm::ensure_packages(WORKSPACE)?;
    EXAMPLES.into_iter().try_for_each(npm::ensure_packages)?;
    if is_portable() { ensure_zig().map(drop) } else { Ok(()) }
}

/// The path of the library that was built.
fn build_addon() -> Outcome<PathBuf> {
    let target = repository::root().join("target");
    if !is_portable() {
        run(tool("cargo", &["build"]).args(BUILD))?;
        return Ok(target.join("release").join(library()));
    }
    let python = ensure_zig()?;
    let programs = python.parent().ok_or_else(|| Failure::step("the Python environment has no folder"))?;
    let path = std::env::var("PATH").unwrap_or_default();
    let versioned = format!("{PORTABLE_TARGET}.{}.{}", OLDEST_GLIBC[0], OLDEST_GLIBC[1]);
    // By its own name and path: the environment's Python is how it finds zig.
    let mut build = tool(programs.join("cargo-zigbuild"), &["zigbuild", "--target", &versioned]);
    run(build.args(BUILD).env("PATH", format!("{}:{path}", programs.display())))?;
    let library = target.join(PORTABLE_TARGET).join("release").join(library());
    check_glibc(&library)?;
    Ok(library)
}

fn ensure_zig() -> Outcome<PathBuf> {
    python::ensure_environment("zig", "xtask/zig/requirements.txt")
}

/// Linux on x86-64 with glibc: what is built here is what ships.
const fn is_portable() -> bool {
    cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))
}

/// Every version of the C library that the file asks for stands in it by name, as `GLIBC_2.17`.
fn check_glibc(library: &PathBuf) -> Outcome {
    let bytes =
        fs::read(library).map_err(|error| Failure::step(format!("{} cannot be read: {error}", library.display())))?;
    let newest = glibc_versions(&bytes).into_iter().max();
    match newest {
        Some(version) if version.as_slice() > OLDEST_GLIBC.as_slice() => {
            let shown = version.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            Err(Failure::step(format!("{} needs glibc {shown}; at most 2.17 is allowed", library.display())))
        }
        Some(_) => Ok(()),
        None => Err(Failure::step(format!("{} names no version of glibc, so it is no addon", library.display()))),
    }
}

fn glibc_versions(bytes: &[u8]) -> Vec<Vec<u32>> {
    const MARK: &[u8] = b"GLIBC_";
    let after_marks =
        bytes.windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK).map(|(at, _)| at + MARK.len());
    let words = after_marks.map(|at| {
        let rest = bytes.get(at..).unwrap_or_default();
        let end = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.').unwrap_or(rest.len());
        String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned()
    });
    words.filter_map(|word| word.split('.').map(|number| number.parse().ok()).collect()).collect()
}

/// What the packages call this machine.
fn platform() -> Outcome<&'static str> {
    Ok(match (std::env::consts::OS, std::env::consts::ARCH, cfg!(target_env = "musl")) {
        ("linux", "x86_64", false) => "linux-x64-gnu",
        ("linux", "x86_64", true) => "linux-x64-musl",
        ("linux", "aarch64", false) => "linux-arm64-gnu",
        ("linux", "aarch64", true) => "linux-arm64-musl",
        ("macos", "x86_64", _) => "darwin-x64",
        ("macos", "aarch64", _) => "darwin-arm64",
        ("windows", "x86_64", _) => "win32-x64-msvc",
        (system, processor, _) => {
            return Err(Failure::step(format!("the Node SDK has no package for {system} on {processor}")));
        }
    })
}

/// The file that cargo makes of the crate.
fn library() -> String {
    format!("{}sidekick_node{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_glibc_are_read_from_the_names_in_the_file() {
        let file = b"\0GLIBC_2.2.5\0memcpy\0GLIBC_2.17\0GLIBC_PRIVATE\0GLIBC_2.34";
        assert_eq!(glibc_versions(file), [vec![2, 2, 5], vec![2, 17], vec![2, 34]]);
        assert!(glibc_versions(b"GLIBC_").is_empty() && glibc_versions(b"").is_empty());
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!([2, 2, 5].as_slice() < OLDEST_GLIBC.as_slice() && [2, 34].as_slice() > OLDEST_GLIBC.as_slice());
        assert!([2, 17].as_slice() <= OLDEST_GLIBC.as_slice());
    }
}
