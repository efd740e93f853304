//! What the package adds to the library of an app, for each of Android's processors: held against its budget.
//!
//! An app's library is linked twice, with and without the package, as Android does it: C++ by Clang with libc++ as `-O2`, the
//! C library as phones get it, stripped. The headers of the C library are Debian's for the same processor, not Android's. What
//! comes with React Native is outside of the app's library, so that nothing of it is counted.

use std::fs;
use std::path::{Path, PathBuf};

use super::react_native;
use super::{FOLDER, SHIPPED, in_cpp, objects};
use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{repository, setup};

/// The most bytes that it may add.
const BUDGET: u64 = 250_000;

/// As Android calls the processor, what Clang is told of it, and where the headers of its C library are.
const PROCESSORS: [(&str, &[&str], Option<&str>); 4] = [
    ("arm64-v8a", &["--target=aarch64-linux-gnu"], Some("/usr/aarch64-linux-gnu")),
    (
        "armeabi-v7a",
        &["--target=armv7-linux-gnueabi", "-mfloat-abi=softfp", "-mfpu=neon", "-mthumb"],
        Some("/usr/arm-linux-gnueabi"),
    ),
    ("x86", &["--target=i686-linux-gnu"], None),
    ("x86_64", &["--target=x86_64-linux-gnu"], None),
];

/// As the NDK and React Native compile a release.
const RELEASE: [&str; 10] = [
    "-O2",
    "-DNDEBUG",
    "-fPIC",
    "-fdata-sections",
    "-ffunction-sections",
    "-funwind-tables",
    "-fstack-protector-strong",
    "-nostdinc++",
    "-w",
    "-Imobile/generated/android",
];

/// What React Native and the system have stays out, so that nothing may be asked for it.
const LINK: [&str; 6] = [
    "-shared",
    "-nostdlib",
    "-fuse-ld=lld",
    "-Wl,--unresolved-symbols=ignore-all",
    "-Wl,--build-id=sha1",
    "-Wl,--strip-all",
];

/// `native` is a folder as `cargo xtask mobile-libs` makes it.
pub(super) fn check(native: &Path) -> Outcome {
    setup::ensure(&setup::CLANG_FOR_PHONES)?;
    let mut heavy = Vec::new();
    for (processor, target, headers) in PROCESSORS {
        let app = App { processor, target, headers };
        let added = app.link(Some(native))?.saturating_sub(app.link(None)?);
        println!("{processor}: the package adds {added} bytes to an app, of at most {BUDGET}");
        if added > BUDGET {
            heavy.push(format!("{processor} {added}"));
        }
    }
    if heavy.is_empty() {
        return Ok(());
    }
    Err(Failure::step(format!("the package adds more than {BUDGET} bytes to an app: {}", heavy.join(", "))))
}

/// The library of an app for one processor.
struct App {
    processor: &'static str,
    target: &'static [&'static str],
    headers: Option<&'static str>,
}

impl App {
    /// Gives its bytes; with the package, where there is a folder of the C library.
    fn link(&self, native: Option<&Path>) -> Outcome<u64> {
        let kind = if native.is_some() { "with" } else { "without" };
        let folder = repository::scratch(FOLDER).join("size").join(self.processor).join(kind);
        let mut write = tool("node", &["mobile/test/android/autolinking.mjs"]);
        write.arg(&folder).args(native.is_none().then_some("--without"));
        tool::output(&mut write)?;
        let mut sources = vec![folder.join("autolinking.cpp")];
        if native.is_some() {
            sources.push(repository::root().join("mobile/generated/android/SidekickSpec-generated.cpp"));
        }
        let entry = objects::compile(&folder, &sources, || self.compiler(&[]))?;
        let library = folder.join("libappmodules.so");
        let mut link = tool(setup::clang(), &[]);
        link.args(self.target).args(LINK).args(entry).arg("-o").arg(&library);
        if let Some(native) = native {
            let archive = native.join("android").join(self.processor).join("libsidekick_ffi.a");
            let package = objects::compile(&folder, &in_cpp(SHIPPED)?, || self.compiler(&["-fvisibility=hidden"]))?;
            link.arg("-Wl,--start-lib").args(package).arg("-Wl,--end-lib").arg(archive);
            link.arg("-Wl,--exclude-libs,libsidekick_ffi.a");
        }
        tool::output(&mut link)?;
        let size = fs::metadata(&library).map(|file| file.len());
        size.map_err(|error| Failure::step(format!("{} cannot be read: {error}", library.display())))
    }

    fn compiler(&self, flags: &[&str]) -> Outcome<std::process::Command> {
        let mut compiler = react_native::compiler(setup::clang(), &react_native::newest())?;
        compiler.args(RELEASE).args(flags).args(self.target);
        compiler.args(self.headers.map(|folder| format!("--sysroot={folder}")));
        compiler.arg("-isystem").arg(libcxx()?).arg("-Imobile/test/android/host");
        Ok(compiler)
    }
}

/// The headers of libc++, which lie beside the compiler.
fn libcxx() -> Outcome<PathBuf> {
    let resources = tool::output(&mut tool(setup::clang(), &["-print-resource-dir"]))?;
    Ok(Path::new(resources.trim()).join("../../../include/c++/v1"))
}
