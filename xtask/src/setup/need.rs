//! What the tests need from a machine: how to tell that it is there, and how to get it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::install_packages;
use crate::failure::Outcome;
use crate::repository;
use crate::tool::{self, output, succeeds, tool};

/// One thing that must be on the machine and that the repository cannot carry.
pub(crate) struct Need {
    /// What it is called.
    pub(crate) name: &'static str,
    /// What needs it.
    pub(crate) why: &'static str,
    /// Whether it is here.
    pub(crate) is_met: fn() -> bool,
    /// Gets it, where this machine allows that.
    pub(crate) install: fn() -> Outcome,
    /// What a person does where it doesn't.
    pub(crate) by_hand: &'static str,
}

/// Every need with a program of its own; the Rust targets are in `targets`, Python's packages in `vectors`.
pub(crate) const ALL: &[&Need] = &[
    &RUST_TOOLS,
    &COMPILER,
    &CURL,
    &LIBCURL,
    &JQ,
    &NODE,
    &PYTHON,
    &CHROMIUM,
    &POSTGRES,
    &REDIS,
    &SQLITE,
    &DENY,
    &CXX_COMPILER,
    &CLANG,
    &CLANG_FOR_PHONES,
    &CARGO_FUZZ,
    &CBINDGEN,
    &LLVM,
    &X86_32,
    &CMAKE,
    &JAVASCRIPTCORE,
    &RUBY,
    &PROMTOOL,
    &ACTIONLINT,
    &SLOWHTTPTEST,
];

/// Formatter and linter.
pub(crate) const RUST_TOOLS: Need = Need {
    name: "rustfmt and clippy",
    why: "the parts `fmt` and `clippy`",
    is_met: || {
        succeeds(&mut tool("cargo", &["fmt", "--version"])) && succeeds(&mut tool("cargo", &["clippy", "--version"]))
    },
    install: || tool::run(&mut tool("rustup", &["component", "add", "rustfmt", "clippy"])),
    by_hand: "rustup component add rustfmt clippy",
};

/// A C compiler.
pub(crate) const COMPILER: Need = Need {
    name: "a C compiler",
    why: "the server carries SQLite, which is C",
    is_met: || succeeds(&mut tool("cc", &["--version"])),
    install: || install_packages(&["gcc", "libc6-dev"]),
    by_hand: "Debian, Ubuntu: apt-get install gcc libc6-dev. macOS: xcode-select --install",
};

/// A C++ compiler.
pub(crate) const CXX_COMPILER: Need = Need {
    name: "a C++ compiler",
    why: "the fuzzer's runtime is C++, and so are tests of the C ABI",
    is_met: || succeeds(&mut tool("c++", &["--version"])),
    install: || install_packages(&["g++"]),
    by_hand: "Debian, Ubuntu: apt-get install g++. macOS: xcode-select --install",
};

/// The names by which systems install it, the newest first.
const CLANG_NAMES: [&str; 2] = ["clang++-19", "clang++"];

/// Clang, which the kits for Android and iOS compile with.
pub(crate) const CLANG: Need = Need {
    name: "Clang",
    why: "phones' C++ is compiled by it, and React Native 0.76 by nothing else",
    is_met: || succeeds(&mut tool(clang(), &["--version"])),
    install: || install_packages(&["clang-19"]),
    by_hand: "Debian 12, Ubuntu 24.04 or newer: apt-get install clang-19. macOS: xcode-select --install",
};

/// What it is called here.
pub(crate) fn clang() -> &'static str {
    let is_here = |name: &&str| succeeds(&mut tool(name, &["--version"]));
    CLANG_NAMES.into_iter().find(is_here).unwrap_or(CLANG_NAMES[0])
}

/// What Clang needs to compile and link for phones' processors.
pub(crate) const CLANG_FOR_PHONES: Need = Need {
    name: "libc++, lld, and the C library's headers for ARM and 32-bit x86",
    why: "what the React Native SDK adds to an app is measured for every processor",
    is_met: || {
        let resources = output(&mut tool(clang(), &["-print-resource-dir"])).unwrap_or_default();
        let libcxx = Path::new(resources.trim()).join("../../../include/c++/v1/string");
        let headers =
            ["/usr/aarch64-linux-gnu/include", "/usr/arm-linux-gnueabi/include", "/usr/include/gnu/stubs-32.h"];
        let links = output(&mut tool(clang(), &["-print-prog-name=ld.lld"]));
        libcxx.exists()
            && headers.iter().all(|path| Path::new(path).exists())
            // A program that it has is named with its folder.
            && links.is_ok_and(|path| path.contains('/'))
    },
    install: || {
        install_packages(&[
            "clang-19",
            "libc++-19-dev",
            "libc++abi-19-dev",
            "lld-19",
            "libc6-dev-arm64-cross",
            "libc6-dev-armel-cross",
            "libc6-dev-i386",
        ])
    },
    by_hand: "Debian 12, Ubuntu 24.04 or newer on x86-64: apt-get install clang-19 libc++-19-dev libc++abi-19-dev lld-19 \
              libc6-dev-arm64-cross libc6-dev-armel-cross libc6-dev-i386. Elsewhere the part `mobile` cannot run",
};

/// curl, as a client that nobody here wrote.
pub(crate) const CURL: Need = Need {
    name: "curl",
    why: "the server's tests speak to it with a client that nobody here wrote",
    is_met: || succeeds(&mut tool("curl", &["--version"])),
    install: || install_packages(&["curl"]),
    by_hand: "Debian, Ubuntu: apt-get install curl. macOS: it is part of the system",
};

/// curl as a library.
pub(crate) const LIBCURL: Need = Need {
    name: "libcurl's headers",
    why: "the C example reads the stream with libcurl",
    is_met: || succeeds(tool("cc", &["-fsyntax-only", "-include", "curl/curl.h", "-x", "c", "-"]).stdin(Stdio::null())),
    install: || install_packages(&["libcurl4-openssl-dev"]),
    by_hand: "Debian, Ubuntu: apt-get install libcurl4-openssl-dev. macOS: it is part of the system",
};

/// jq.
pub(crate) const JQ: Need = Need {
    name: "jq",
    why: "a command of the runbook picks fields of an answer with it",
    is_met: || succeeds(&mut tool("jq", &["--version"])),
    install: || install_packages(&["jq"]),
    by_hand: "Debian, Ubuntu: apt-get install jq. macOS: brew install jq",
};

const OLDEST_NODE: u32 = 20;

/// Node and npm.
pub(crate) const NODE: Need = Need {
    name: "Node 20 or newer, with npm",
    why: "JavaScript's clients of the stream run on it",
    is_met: || {
        let version = output(&mut tool("node", &["--version"])).ok();
        let is_new_enough =
            version.and_then(|text| tool::version(&text)).is_some_and(|version| version.first() >= Some(&OLDEST_NODE));
        is_new_enough && succeeds(&mut tool("npm", &["--version"]))
    },
    install: || install_packages(&["nodejs", "npm"]),
    by_hand: "Debian 13, Ubuntu 25.04 or newer: apt-get install nodejs npm (older ones carry an older \
              Node). macOS: brew install node. Others: https://nodejs.org",
};

/// Python with virtual environments.
pub(crate) const PYTHON: Need = Need {
    name: "Python 3 with venv",
    why: "the vectors' generator is Python, so that our own code does not vouch for itself",
    is_met: || succeeds(&mut tool("python3", &["-c", "import ensurepip, venv"])),
    install: || install_packages(&["python3", "python3-venv"]),
    by_hand: "Debian, Ubuntu: apt-get install python3 python3-venv. macOS: brew install python",
};

/// The names by which systems install it. The tests look for the same ones.
const CHROMIUM_NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A real browser, which the tests drive without a window.
pub(crate) const CHROMIUM: Need = Need {
    name: "Chromium",
    why: "the browser SDK is tested in a real browser",
    is_met: || {
        let chosen = std::env::var("CHROMIUM").into_iter();
        let mut programs = chosen.chain(CHROMIUM_NAMES.map(str::to_owned));
        programs.any(|program| succeeds(&mut tool(program, &["--version"])))
    },
    install: || install_packages(&["chromium"]),
    by_hand: "Debian: apt-get install chromium. macOS: brew install --cask chromium, and \
              CHROMIUM=/Applications/Chromium.app/Contents/MacOS/Chromium. Others: a Chromium or Chrome in the path, or \
              its program in the environment variable CHROMIUM",
};

/// Postgres' programs, of which the tests run a private one.
pub(crate) const POSTGRES: Need = Need {
    name: "Postgres",
    why: "several instances of the server share one",
    is_met: has_postgres,
    install: || install_packages(&["postgresql"]),
    by_hand: "Debian, Ubuntu: apt-get install postgresql (where an init system runs, that also starts one on port \
              5432; the tests leave it alone and start their own). macOS: brew install postgresql",
};

/// Redis' programs, of which the tests run a private one.
pub(crate) const REDIS: Need = Need {
    name: "Redis",
    why: "several instances of the server tell each other of changes through one",
    is_met: || succeeds(&mut tool("redis-server", &["--version"])) && succeeds(&mut tool("redis-cli", &["--version"])),
    install: || install_packages(&["redis-server"]),
    by_hand: "Debian, Ubuntu: apt-get install redis-server (where an init system runs, that also starts one on port \
              6379; the tests leave it alone and start their own). macOS: brew install redis",
};

/// SQLite's own program.
pub(crate) const SQLITE: Need = Need {
    name: "sqlite3",
    why: "a back-up of the embedded store is made and restored with it",
    is_met: || succeeds(&mut tool("sqlite3", &["--version"])),
    install: || install_packages(&["sqlite3"]),
    by_hand: "Debian, Ubuntu: apt-get install sqlite3. macOS: it is part of the system",
};

/// Debian and Homebrew keep each version in a folder of its own, off the path.
fn has_postgres() -> bool {
    let folders = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
    let versions = folders.iter().filter_map(|folder| Path::new(folder).read_dir().ok()).flatten().flatten();
    let mut programs = versions.map(|version| version.path().join("bin").join("initdb"));
    succeeds(&mut tool("initdb", &["--version"])) || programs.any(|program| program.is_file())
}

/// Pinned, so that two machines judge the same dependencies alike.
const DENY_VERSION: [u32; 3] = [0, 20, 2];

/// cargo-deny.
pub(crate) const DENY: Need = Need {
    name: "cargo-deny 0.20.2",
    why: "it checks the dependencies' licences, versions and sources",
    is_met: || {
        let version = output(&mut tool("cargo", &["deny", "--version"])).ok();
        version.and_then(|text| tool::version(&text)).is_some_and(|version| version == DENY_VERSION)
    },
    install: || {
        // Without optimisation it builds in a third of the time (42 s instead of 133 on two cores), and a check still
        // takes half a second.
        let version = DENY_VERSION.map(|number| number.to_string()).join(".");
        let mut install = tool("cargo", &["install", "cargo-deny", "--locked", "--debug", "--version", &version]);
        tool::run(install.env("CARGO_PROFILE_DEV_DEBUG", "0"))
    },
    by_hand: "cargo install cargo-deny --version 0.20.2 --locked",
};

/// Pinned like cargo-deny.
const CYCLONEDX_VERSION: [u32; 3] = [0, 5, 9];

/// cargo-cyclonedx.
pub(crate) const CYCLONEDX: Need = Need {
    name: "cargo-cyclonedx 0.5.9",
    why: "it writes the crates' bills of materials",
    is_met: || {
        let version = output(&mut tool("cargo", &["cyclonedx", "--version"])).ok();
        version.and_then(|text| tool::version(&text)).is_some_and(|version| version == CYCLONEDX_VERSION)
    },
    install: || {
        let version = CYCLONEDX_VERSION.map(|number| number.to_string()).join(".");
        tool::run(&mut tool("cargo", &["install", "cargo-cyclonedx", "--locked", "--debug", "--version", &version]))
    },
    by_hand: "cargo install cargo-cyclonedx --version 0.5.9 --locked",
};

/// Pinned like cargo-deny.
const FUZZ_VERSION: [u32; 3] = [0, 13, 1];

/// Debian's nginx with nchan. Not among [`ALL`]: only the bench `compare` asks for it.
pub(crate) const NCHAN: Need = Need {
    name: "nginx with nchan",
    why: "a bench compares the server with it",
    is_met: || {
        Path::new("/usr/sbin/nginx").exists() && Path::new("/usr/lib/nginx/modules/ngx_nchan_module.so").exists()
    },
    install: || install_packages(&["nginx-light", "libnginx-mod-nchan"]),
    by_hand: "Debian, Ubuntu: apt-get install nginx-light libnginx-mod-nchan (where an init system runs, that also \
              starts one on port 80; the bench leaves it alone and starts its own)",
};

/// cargo-fuzz.
pub(crate) const CARGO_FUZZ: Need = Need {
    name: "cargo-fuzz 0.13.1",
    why: "it builds and runs the fuzz targets",
    is_met: || {
        let version = output(&mut tool("cargo", &["fuzz", "--version"])).ok();
        version.and_then(|text| tool::version(&text)).is_some_and(|version| version == FUZZ_VERSION)
    },
    install: || {
        let version = FUZZ_VERSION.map(|number| number.to_string()).join(".");
        tool::run(&mut tool("cargo", &["install", "cargo-fuzz", "--locked", "--debug", "--version", &version]))
    },
    by_hand: "cargo install cargo-fuzz --version 0.13.1 --locked",
};

/// Pinned, so that the same header comes out everywhere.
const CBINDGEN_VERSION: [u32; 3] = [0, 29, 4];

/// cbindgen.
pub(crate) const CBINDGEN: Need = Need {
    name: "cbindgen 0.29.4",
    why: "it makes the C ABI's header",
    is_met: || {
        let version = output(&mut tool("cbindgen", &["--version"])).ok();
        version.and_then(|text| tool::version(&text)).is_some_and(|version| version == CBINDGEN_VERSION)
    },
    install: || {
        let version = CBINDGEN_VERSION.map(|number| number.to_string()).join(".");
        let mut install = tool("cargo", &["install", "cbindgen", "--locked", "--debug", "--version", &version]);
        tool::run(install.env("CARGO_PROFILE_DEV_DEBUG", "0"))
    },
    by_hand: "cargo install cbindgen --version 0.29.4 --locked",
};

/// LLVM's programs for archives, which know those of every system.
pub(crate) const LLVM: Need = Need {
    name: "llvm-ar and llvm-strip",
    why: "the C library for a phone is measured as an app links it",
    is_met: || succeeds(&mut tool("llvm-ar", &["--version"])) && succeeds(&mut tool("llvm-strip", &["--version"])),
    install: || install_packages(&["llvm"]),
    by_hand: "Debian, Ubuntu: apt-get install llvm. macOS: brew install llvm, and its bin folder in the path",
};

/// What programs for 32-bit x86 are linked with, and run on.
pub(crate) const X86_32: Need = Need {
    name: "a C compiler and the C library for 32-bit x86",
    why: "the Dart VM of the Flutter SDK's tests is a program of that kind",
    is_met: || {
        let libraries = ["/lib/ld-linux.so.2", "/usr/lib32/libstdc++.so.6"];
        let links = ["-m32", "-print-file-name=libc.so"];
        libraries.iter().all(|library| Path::new(library).exists())
            // The compiler names a file that it has with its folder, another one as it was asked for.
            && output(&mut tool("cc", &links)).is_ok_and(|path| path.contains('/') && Path::new(path.trim()).exists())
    },
    install: || install_packages(&["libc6-i386", "lib32stdc++6", "gcc-multilib"]),
    by_hand: "Debian, Ubuntu on x86-64: apt-get install libc6-i386 lib32stdc++6 gcc-multilib. Elsewhere the part \
              `flutter` cannot run",
};

/// What Gradle links Android's library with.
pub(crate) const CMAKE: Need = Need {
    name: "CMake",
    why: "the Flutter SDK's library for Android is linked by it",
    is_met: || succeeds(&mut tool("cmake", &["--version"])),
    install: || install_packages(&["cmake", "make"]),
    by_hand: "Debian, Ubuntu: apt-get install cmake make. macOS: brew install cmake",
};

/// A JavaScript engine that React Native has a runtime for.
pub(crate) const JAVASCRIPTCORE: Need = Need {
    name: "JavaScriptCore of WebKitGTK 4.1, with its headers",
    why: "the React Native SDK's host functions run in it",
    is_met: || succeeds(&mut tool("pkg-config", &["--exists", "javascriptcoregtk-4.1"])),
    install: || install_packages(&["libjavascriptcoregtk-4.1-dev", "pkg-config"]),
    by_hand: "Debian 12, Ubuntu 22.04 or newer: apt-get install libjavascriptcoregtk-4.1-dev pkg-config. Elsewhere the \
              part `mobile` cannot run",
};

/// Which a podspec is written in.
pub(crate) const RUBY: Need = Need {
    name: "Ruby",
    why: "the React Native SDK's podspec is a program in it",
    is_met: || succeeds(&mut tool("ruby", &["--version"])),
    install: || install_packages(&["ruby"]),
    by_hand: "Debian, Ubuntu: apt-get install ruby. macOS: it is part of the system",
};

/// Prometheus' own checker.
pub(crate) const PROMTOOL: Need = Need {
    name: "promtool",
    why: "it reads and tests the alerts",
    is_met: || succeeds(&mut tool("promtool", &["--version"])),
    install: || install_packages(&["prometheus"]),
    by_hand: "Debian, Ubuntu: apt-get install prometheus (where an init system runs, that also starts one on port 9090; \
              nothing here needs it). macOS: brew install prometheus",
};

/// Pinned like cargo-deny.
const ACTIONLINT_VERSION: [u32; 3] = [1, 7, 12];

/// What reads GitHub's workflows, in a folder of its own: where `go install` puts programs is often not in the path.
pub(crate) const ACTIONLINT: Need = Need {
    name: "actionlint 1.7.12",
    why: "it checks the workflows",
    is_met: || {
        let version = output(&mut tool(actionlint(), &["-version"])).ok();
        version.and_then(|text| tool::version(&text)).is_some_and(|version| version == ACTIONLINT_VERSION)
    },
    install: || {
        if !succeeds(&mut tool("go", &["version"])) {
            install_packages(&["golang-go"])?;
        }
        let version = ACTIONLINT_VERSION.map(|number| number.to_string()).join(".");
        let package = format!("github.com/rhysd/actionlint/cmd/actionlint@v{version}");
        // Debian's Go stays with its own version unless it is told that a newer one may be brought.
        let mut install = tool("go", &["install", &package]);
        tool::run(install.env("GOBIN", repository::scratch("go")).env("GOTOOLCHAIN", "auto"))
    },
    by_hand: "Go 1.21 or newer in the path (https://go.dev, or Debian 13: apt-get install golang-go); then this installs it",
};

/// The program.
pub(crate) fn actionlint() -> PathBuf {
    repository::scratch("go").join(format!("actionlint{}", std::env::consts::EXE_SUFFIX))
}
/// Clients that are slow on purpose.
pub(crate) const SLOWHTTPTEST: Need = Need {
    name: "slowhttptest",
    why: "it holds the server's connections open as slowly as it can",
    // It has no argument that does nothing; asked for its usage, it ends with 1.
    is_met: || tool("slowhttptest", &["-h"]).output().is_ok(),
    install: || install_packages(&["slowhttptest"]),
    by_hand: "Debian, Ubuntu: apt-get install slowhttptest. Elsewhere than on Linux the part `abuse` cannot run",
};
