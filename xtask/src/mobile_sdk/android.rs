//! An app on Android, linked with the package by React Native's own CMake files, of the newest and of the oldest release, and
//! run from its entry on.
//!
//! Gradle and the NDK are not here. What React Native's Gradle plugin writes, `mobile/test/android/autolinking.mjs` writes; what
//! comes with React Native as libraries is made of its sources. The C library is the one that phones with an Intel processor
//! get, which asks for nothing that this machine's C library does not have.

use std::path::{Path, PathBuf};

use super::react_native::{self, Release};
use super::{FOLDER, create};
use crate::failure::Outcome;
use crate::tool::{self, run, tool};
use crate::{repository, setup};

const HOST: &str = "mobile/test/android/host";

/// What the NDK's own file for CMake says, as far as this machine's compiler knows it.
const AS_THE_NDK: [&str; 3] = [
    "-DCMAKE_POSITION_INDEPENDENT_CODE=ON",
    "-DCMAKE_CXX_FLAGS=-fdata-sections -ffunction-sections -funwind-tables -fstack-protector-strong",
    "-DCMAKE_SHARED_LINKER_FLAGS=-Wl,--build-id=sha1 -Wl,--fatal-warnings -Wl,--no-undefined",
];

/// `native` is a folder as `cargo xtask mobile-libs` makes it.
pub(super) fn test(native: &Path) -> Outcome {
    setup::ensure(&setup::CMAKE)?;
    for release in [react_native::newest(), react_native::oldest()] {
        run(&mut tool(build(&release, native)?.join("app"), &[]))?;
    }
    Ok(())
}

fn build(release: &Release, native: &Path) -> Outcome<PathBuf> {
    let app = repository::scratch(FOLDER).join("android").join(release.name);
    let written = app.join("generated/autolinking/src/main/jni");
    create(&written)?;
    run(tool("node", &["mobile/test/android/autolinking.mjs"]).arg(&written))?;
    let built = app.join("cmake");
    let host = repository::root().join(HOST);
    let android = release.folder.join("ReactAndroid");
    let mut configure = tool("cmake", &["-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DANDROID_ABI=x86_64"]);
    configure.arg("-S").arg(android.join("cmake-utils/default-app-setup")).arg("-B").arg(&built).args(AS_THE_NDK);
    configure.arg(format!("-DCMAKE_CXX_COMPILER={}", setup::clang()));
    for (variable, folder) in [
        ("REACT_ANDROID_DIR", &android),
        ("PROJECT_BUILD_DIR", &app),
        ("SIDEKICK_NATIVE", &native.to_path_buf()),
        ("WITHOUT_FOLLY", &react_native::without_folly()?),
        ("ReactAndroid_DIR", &host),
        ("fbjni_DIR", &host),
    ] {
        configure.arg(format!("-D{variable}={}", folder.display()));
    }
    run(&mut configure)?;
    // Every command of React Native's files is shown, which nobody reads.
    tool::output(tool("cmake", &["--build"]).arg(&built).args(["--parallel", "2"]))?;
    Ok(built)
}
