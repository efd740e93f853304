//! The table of the tests' parts. A part brings what it needs; if it can't, it fails, for a skipped test proves nothing.

use crate::failure::Outcome;
use crate::tool::{run, tool};
use crate::{
    abuse, advisories, browser_sdk, c_abi, chaos, clients, dashboard, doc_commands, flutter_sdk, fuzz, mobile_sdk,
    node_sdk, setup, ship, size, targets, tidy, vectors,
};

/// One part of the tests.
pub(crate) struct Part {
    /// How it is called on the command line.
    pub(crate) name: &'static str,
    /// What it proves.
    pub(crate) what: &'static str,
    /// Sets up what it needs and does it.
    pub(crate) run: fn() -> Outcome,
}

/// All parts, the quick ones first.
pub(crate) const PARTS: &[Part] = &[
    Part { name: "fmt", what: "the Rust code is formatted", run: fmt },
    Part { name: "tidy", what: "the repository's rules hold", run: tidy::run },
    Part { name: "clippy", what: "no lint speaks up", run: clippy },
    Part { name: "docs", what: "the documentation builds without a warning", run: docs },
    Part { name: "deny", what: "the dependencies' licences, versions and sources are allowed", run: deny },
    Part {
        name: "ship",
        what: "the files for images, releases and operation are what their programs take",
        run: ship::test,
    },
    Part { name: "vectors", what: "the test vectors are what their generator gives", run: vectors::check },
    Part { name: "unit", what: "cargo test --workspace", run: unit },
    Part { name: "commands", what: "what the documents tell to do works", run: doc_commands::test },
    Part {
        name: "clients",
        what: "clients that nobody here wrote, and a reader of docs/PROTOCOL.md, rebuild the flags from the stream",
        run: clients::test,
    },
    Part { name: "node", what: "the Node SDK as it is shipped does what it says", run: node_sdk::test },
    Part { name: "browser", what: "the browser SDK does what it says in a real browser", run: browser_sdk::test },
    Part { name: "size", what: "the browser SDK is as small as its budget says, and as its history", run: size::check },
    Part {
        name: "dashboard",
        what: "the dashboard is what its sources give, and does what it says in a real browser",
        run: dashboard::test,
    },
    Part { name: "ffi", what: "the C ABI does what its header says, from C and C++", run: c_abi::test },
    Part { name: "sanitize", what: "the same under AddressSanitizer and ThreadSanitizer", run: c_abi::sanitize },
    Part { name: "miri", what: "the C ABI's own tests under Miri", run: c_abi::miri },
    Part { name: "phones", what: "the C library builds for every phone, within its size", run: c_abi::test_phones },
    Part { name: "flutter", what: "the Flutter SDK does what it says on a real Dart VM", run: flutter_sdk::test },
    Part {
        name: "mobile",
        what: "the React Native SDK does what it says in a real engine and over a phone's networking",
        run: mobile_sdk::test,
    },
    Part { name: "instances", what: "servers on one Postgres, with Redis and in every outage", run: instances },
    Part { name: "faults", what: "nothing is lost while servers, Redis and Postgres break", run: chaos::test },
    Part { name: "abuse", what: "the server answers whatever comes, and is not held up by it", run: abuse::test },
    Part { name: "fuzz", what: "what reads bytes from outside holds its rules for whatever comes", run: fuzz::test },
    Part {
        name: "targets",
        what: "the core builds for browsers, and for no operating system at all",
        run: targets::build_all,
    },
];

fn fmt() -> Outcome {
    setup::ensure(&setup::RUST_TOOLS)?;
    run(&mut tool("cargo", &["fmt", "--all", "--check"]))?;
    // Workspaces of their own.
    fuzz::folders().chain(["benches/peers"]).try_for_each(|folder| {
        run(tool("cargo", &["fmt", "--check", "--manifest-path"]).arg(format!("{folder}/Cargo.toml")))
    })
}

fn clippy() -> Outcome {
    setup::ensure(&setup::RUST_TOOLS)?;
    setup::ensure(&setup::COMPILER)?;
    run(&mut tool("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // No targets by default, for they need more than Rust to run.
    let others = ["--test", "foreign_clients", "--test", "many_instances", "--test", "dashboard", "--test", "abuse"];
    run(tool("cargo", &["clippy", "--workspace"]).args(others).args(["--", "-D", "warnings"]))?;
    // What the C ABI has in place of Rust's standard library.
    let bare = ["--profile", "mobile", "--lib", "--no-default-features", "--features", "libc"];
    run(tool("cargo", &["clippy", "--package", "sidekick-ffi"]).args(bare).args(["--", "-D", "warnings"]))?;
    let chaos = ["--features", "chaos", "--test", "chaos", "--lib", "--bins"];
    run(tool("cargo", &["clippy", "--package", "server"]).args(chaos).args(["--", "-D", "warnings"]))
}

fn docs() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    run(tool("cargo", &["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Advisories are a command of their own: their database lives on a site that a machine with nothing but package registries
/// cannot reach, and what it says changes without a change here. That the command would find something is proved here.
fn deny() -> Outcome {
    setup::ensure(&setup::DENY)?;
    run(&mut tool("cargo", &["deny", "--all-features", "check", "bans", "licenses", "sources"]))?;
    advisories::prove()
}

fn unit() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::CURL)?;
    // Every test binary runs, for the same reason as every part does.
    run(&mut tool("cargo", &["test", "--workspace", "--no-fail-fast"]))
}

fn instances() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::POSTGRES)?;
    setup::ensure(&setup::REDIS)?;
    setup::ensure(&setup::SQLITE)?;
    run(&mut tool("cargo", &["test", "--package", "server", "--test", "many_instances"]))
}
