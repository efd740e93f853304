//! The Flutter SDK: its tests on a real Dart VM, and the compiler's check of every Dart file.
//!
//! There is no Dart in Debian, and no place to get one from but its own site. But npm has a whole VM, for 32-bit x86, which
//! a package of Sass carries; so the C library is built for that too, as desktops get it and as phones do.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::tool::{self, run, tool};
use crate::{c_abi, npm, repository, setup};

const FOLDER: &str = "flutter";
/// The npm package that lists the VM.
const VM: &str = "flutter/test/vm";
const DART: &str = "node_modules/sass-embedded-linux-ia32/dart-sass/src/dart";

/// Packages that are not to be had here: what of them is used is declared in `flutter/test/stubs`, for the compiler.
const DECLARED: [&str; 4] = ["code_assets", "flutter", "hooks", "path_provider"];

/// The newest language that the VM knows.
const LANGUAGE: &str = "3.7";

/// What an iOS app's linker is told to keep.
const KEPT: &str = "flutter/ios/Classes/keep.c";
const HEADER: &str = "ffi/include/sidekick.h";

/// Builds everything, checks all types and runs the tests.
pub(crate) fn test() -> Outcome {
    check_kept()?;
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::PYTHON)?;
    ensure_packages()?;
    // The tests run the real server.
    let target = repository::root().join("target");
    run(tool("cargo", &["build", "--locked", "--package", "server"]).env("CARGO_TARGET_DIR", &target))?;
    let vectors = repository::scratch(FOLDER).join("vectors.txt");
    write(&vectors, &c_abi::script()?)?;
    let library = c_abi::build_for_dart()?;
    check_types(&packages(&library)?)?;
    for library in [library, link_as_on_android()?] {
        let mut tests = dart(&packages(&library)?);
        tests.arg("flutter/test/all.dart");
        run(tests
            .env("SIDEKICK_SERVER", target.join("debug/server"))
            .env("SIDEKICK_VECTORS", &vectors)
            // One pool of memory, so that what is counted is what was asked for.
            .env("MALLOC_ARENA_MAX", "1"))?;
    }
    Ok(())
}

/// What phones get, linked by what Gradle runs on Android; only the compiler is this machine's.
fn link_as_on_android() -> Outcome<PathBuf> {
    let archive = c_abi::build_archive_for_dart()?;
    setup::ensure(&setup::CMAKE)?;
    let folder = repository::scratch(FOLDER).join("android");
    let mut configure = tool("cmake", &["-S", "flutter/android", "-DCMAKE_C_FLAGS=-m32", "-DCMAKE_BUILD_TYPE=Release"]);
    run(configure.arg(format!("-DARCHIVE={}", archive.display())).arg("-B").arg(&folder))?;
    run(tool("cmake", &["--build"]).arg(&folder))?;
    Ok(folder.join("libsidekick_ffi.so"))
}

/// Times evaluations, and counts what they and clients leave behind.
pub(crate) fn bench() -> Outcome {
    ensure_packages()?;
    let packages = packages(&c_abi::build_for_dart()?)?;
    for program in ["evaluate", "memory"] {
        run(dart(&packages).arg(format!("flutter/benchmark/{program}.dart")).env("MALLOC_ARENA_MAX", "1"))?;
    }
    Ok(())
}

/// Installs the VM and what it runs on.
pub(crate) fn ensure_packages() -> Outcome {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(Failure::step("the Dart VM of the tests runs on Linux on x86-64 only"));
    }
    npm::ensure_packages(VM)?;
    setup::ensure(&setup::X86_32)
}

fn dart(packages: &Path) -> std::process::Command {
    tool(repository::root().join(VM).join(DART), &[&format!("--packages={}", packages.display())])
}

/// Where the packages are and, beside it, where the native library is: the compiler looks for both by these names.
fn packages(library: &Path) -> Outcome<PathBuf> {
    let folder = repository::scratch(FOLDER);
    let root = repository::root().join(FOLDER);
    let package = |name: &str, folder: &Path| {
        format!(
            r#"{{"name":"{name}","rootUri":"file://{}/","packageUri":"lib/","languageVersion":"{LANGUAGE}"}}"#,
            folder.display()
        )
    };
    let mut all = vec![package("sidekick_flutter", &root)];
    all.extend(DECLARED.map(|name| package(name, &root.join("test/stubs").join(name))));
    let path = folder.join("package_config.json");
    write(&path, &format!(r#"{{"configVersion":2,"packages":[{}]}}"#, all.join(",")))?;
    let asset = format!(
        "format-version: [1, 0, 0]\nnative-assets:\n  linux_ia32:\n    package:sidekick_flutter/src/bindings.dart:\n      \
         - absolute\n      - {}\n",
        library.display()
    );
    write(&folder.join("native_assets.yaml"), &asset)?;
    Ok(path)
}

/// Compiles one program that imports every Dart file.
fn check_types(packages: &Path) -> Outcome {
    let listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "flutter/*.dart"];
    let files = tool::output(&mut tool("git", &listing))?;
    let root = repository::root();
    let imports: Vec<String> = files
        .split('\0')
        .filter(|path| !path.is_empty() && root.join(path).is_file())
        .enumerate()
        .map(|(number, path)| {
            let library = path.strip_prefix("flutter/lib/").map_or_else(
                || format!("file://{}/{path}", root.display()),
                |path| format!("package:sidekick_flutter/{path}"),
            );
            format!("import '{library}' as file{number};\n")
        })
        .collect();
    let program = repository::scratch(FOLDER).join("every_file.dart");
    write(&program, &format!("{}void main() {{}}\n", imports.concat()))?;
    let compiled = repository::scratch(FOLDER).join("every_file.dill");
    let mut check = dart(packages);
    check.arg("--snapshot-kind=kernel").arg(format!("--snapshot={}", compiled.display())).arg(program);
    run(&mut check)?;
    println!("types: {} Dart files", imports.len());
    Ok(())
}

/// Every function of the header is kept in an iOS app.
fn check_kept() -> Outcome {
    let (header, kept) = (read(HEADER)?, read(KEPT)?);
    let missing: Vec<&str> = functions(&header).filter(|name| !kept.contains(&format!("\n  {name},\n"))).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::step(format!("{KEPT} lacks functions of {HEADER}: {}", missing.join(", "))))
}

/// The functions that the header declares: each name begins or follows a type, and its arguments follow at once.
fn functions(header: &str) -> impl Iterator<Item = &str> {
    let code = header.lines().filter(|line| !line.starts_with("//") && !line.starts_with([' ', '*', '/']));
    code.filter_map(|line| {
        let name = line.split('(').next()?.rsplit([' ', '*']).next()?;
        (line.contains('(') && name.starts_with("sidekick_")).then_some(name)
    })
}

fn read(path: &str) -> Outcome<String> {
    fs::read_to_string(repository::root().join(path))
        .map_err(|error| Failure::step(format!("{path} cannot be read: {error}")))
}

fn write(path: &Path, text: &str) -> Outcome {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure::step(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_of_the_header_is_found() {
        let header = "// Calls `sidekick_a()`.\nuint32_t sidekick_a(void);\n\nSidekickClient *sidekick_b(uint64_t x,\n     \
                      int y);\n#define SIDEKICK_X(answer) 1\n * see sidekick_c(1)\n";
        assert_eq!(functions(header).collect::<Vec<_>>(), ["sidekick_a", "sidekick_b"]);
        let all = read(HEADER).unwrap();
        assert!(functions(&all).count() >= 20);
    }
}
