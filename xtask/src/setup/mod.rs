//! Set-up: everything that the tests need, installed where this machine lets us, named where it doesn't.

mod apt;
mod need;

pub(crate) use need::{
    ACTIONLINT, CARGO_FUZZ, CBINDGEN, CHROMIUM, CLANG, CLANG_FOR_PHONES, CMAKE, COMPILER, CURL, CXX_COMPILER,
    CYCLONEDX, DENY, JAVASCRIPTCORE, JQ, LIBCURL, LLVM, NCHAN, NODE, Need, POSTGRES, PROMTOOL, PYTHON, REDIS, RUBY,
    RUST_TOOLS, SLOWHTTPTEST, SQLITE, X86_32, actionlint, clang,
};

use crate::failure::{Failure, Outcome};
use crate::{abuse, browser_sdk, clients, flutter_sdk, mobile_sdk, node_sdk, ship, targets, vectors, wasm};

/// Meets every need, and goes on past one that cannot be met, so that a person sees the whole list at once.
pub(crate) fn run() -> Outcome {
    let mut unmet = Vec::new();
    let mut note = |name: &str, outcome: Outcome| match outcome {
        Ok(()) => println!("ok       {name}"),
        Err(failure) => {
            println!("MISSING  {name}");
            unmet.push(failure.to_string());
        }
    };
    for need in need::ALL {
        note(need.name, ensure(need));
    }
    note("the packages that the vectors' generator uses", vectors::ensure_environment().map(drop));
    note("the clients that read the stream in a test", clients::ensure_packages().map(drop));
    note("what is thrown at the server in a test", abuse::ensure_packages().map(drop));
    note("what the Node SDK is built and tested with", node_sdk::ensure_packages());
    note("what the browser SDK is built and tested with", browser_sdk::ensure_packages());
    note("what the Flutter SDK is tested with", flutter_sdk::ensure_packages());
    note("what the React Native SDK is tested with", mobile_sdk::ensure_packages());
    note("what the files for releases and operation are checked with", ship::ensure_all());
    note("Rust's library for the core's targets", targets::ensure_all());
    note("what the browser's module is built with", wasm::ensure_all());
    if unmet.is_empty() {
        println!("\nEverything that `cargo xtask test` needs is here.");
        return Ok(());
    }
    Err(Failure::step(format!("set-up is not complete:\n\n{}", unmet.join("\n\n"))))
}

/// Meets one need: a look, then an attempt to install it, then another look.
pub(crate) fn ensure(need: &Need) -> Outcome {
    if (need.is_met)() {
        return Ok(());
    }
    println!("missing: {} ({}); trying to install it", need.name, need.why);
    let attempt = (need.install)();
    if (need.is_met)() {
        return Ok(());
    }
    let reason = attempt.err().map_or_else(String::new, |failure| format!("\n  Tried: {failure}"));
    Err(Failure::step(format!("missing: {} ({}).\n  Install: {}{reason}", need.name, need.why, need.by_hand)))
}

/// Installs Debian packages where that is possible: Debian or Ubuntu, as root.
pub(crate) fn install_packages(packages: &[&str]) -> Outcome {
    apt::install(packages)
}
