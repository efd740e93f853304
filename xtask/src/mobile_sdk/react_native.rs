//! React Native's C++ sources, of two releases: the one in which the tests run, and the oldest for which what ships compiles.
//!
//! The oldest is unpacked by itself: only its C++ is wanted, and to install it would bring some hundred other packages along.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{FOLDER, SHIPPED, create, in_cpp};
use crate::failure::{Failure, Outcome};
use crate::tool::{self, run, tool};
use crate::{repository, setup};

/// A release, unpacked.
pub(super) struct Release {
    pub(super) name: &'static str,
    pub(super) folder: PathBuf,
}

const OLDEST: &str = "react-native@0.76.9";
const OLDEST_INTEGRITY: &str =
    "sha512-+LRwecWmTDco7OweGsrECIqJu0iyrREd6CTCgC/uLLYipiHvk+MH9nd6drFtCw/6Blz6eoKTcH9YTTJusNtrWg==";
const UNPACKED: [&str; 2] = ["package/ReactCommon", "package/ReactAndroid/cmake-utils"];

/// Where its C++ finds its own headers, below the package's `ReactCommon`.
const HEADERS: [&str; 5] = ["", "jsi", "callinvoker", "react/nativemodule/core", "runtimeexecutor"];

/// Where what ships finds its headers.
const OURS: [&str; 3] = ["ffi/include", SHIPPED, "mobile/generated"];
pub(super) const STRICT: [&str; 3] = ["-Wall", "-Wextra", "-Werror"];

impl Release {
    /// Where its C++ lies.
    pub(super) fn sources(&self) -> PathBuf {
        self.folder.join("ReactCommon")
    }
}

/// The one that `mobile/package-lock.json` pins.
pub(super) fn newest() -> Release {
    Release { name: "newest", folder: repository::root().join("mobile/node_modules/react-native") }
}

pub(super) fn oldest() -> Release {
    Release { name: "oldest", folder: repository::scratch(FOLDER).join(OLDEST).join("package") }
}

/// Gets the oldest release.
pub(super) fn ensure_oldest() -> Outcome {
    let folder = repository::scratch(FOLDER).join(OLDEST);
    // Written last, so an unpacking that was broken off half-way is made again.
    let stamp = folder.join("unpacked");
    let wanted = format!("{OLDEST_INTEGRITY} {}", UNPACKED.join(" "));
    if fs::read_to_string(&stamp).is_ok_and(|unpacked| unpacked == wanted) {
        return Ok(());
    }
    create(&folder)?;
    let destination = folder.display().to_string();
    let said = tool::output(&mut tool("npm", &["pack", OLDEST, "--json", "--pack-destination", &destination]))?;
    if !said.contains(&format!("\"{OLDEST_INTEGRITY}\"")) {
        return Err(Failure::step(format!("{OLDEST} came with other bytes than those of {OLDEST_INTEGRITY}")));
    }
    let archive = format!("{}.tgz", OLDEST.replace('@', "-"));
    run(tool("tar", &["-xzf", &archive]).args(UNPACKED).current_dir(&folder))?;
    fs::write(&stamp, wanted).map_err(|error| Failure::step(format!("{} cannot be written: {error}", stamp.display())))
}

/// What ships compiles for both releases by the compiler of phones' kits, which says other things than this machine's does; of
/// the headers of the oldest, GCC even refuses some.
pub(super) fn check_sources() -> Outcome {
    let mut commands = Vec::new();
    for release in [newest(), oldest()] {
        let mut check = compiler(setup::clang(), &release)?;
        check.args(STRICT).arg("-fsyntax-only").args(in_cpp(SHIPPED)?);
        commands.push(check);
    }
    println!("checking what ships with {} and two releases of React Native", setup::clang());
    tool::output_of_all(commands)
}

/// A C++ compiler that finds our headers and those of a release.
pub(super) fn compiler(program: &str, release: &Release) -> Outcome<Command> {
    let mut compiler = tool(program, &["-std=c++20"]);
    for folder in OURS.map(|folder| repository::root().join(folder)).into_iter().chain([without_folly()?]) {
        compiler.arg("-I").arg(folder);
    }
    for folder in HEADERS {
        compiler.arg("-isystem").arg(release.sources().join(folder));
    }
    Ok(compiler)
}

/// A folder with one empty header in the place of React Native's: `folly::dynamic` becomes JavaScript's values by it, which no
/// part of this module needs, and Debian has no folly with the headers that it includes.
pub(super) fn without_folly() -> Outcome<PathBuf> {
    let folder = repository::scratch(FOLDER).join("without-folly");
    let header = folder.join("react/bridging/Dynamic.h");
    create(header.parent().unwrap_or(&folder))?;
    fs::write(&header, "")
        .map_err(|error| Failure::step(format!("{} cannot be written: {error}", header.display())))?;
    Ok(folder)
}
