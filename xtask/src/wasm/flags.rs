//! How the module is built: every flag that decides about its bytes or about the browsers that can load it.
//!
//! `profile.wasm` in the root `Cargo.toml` has the rest. Change one thing at a time, with `cargo xtask size`.

/// Everything of Rust's library that the module uses, built anew: as it comes, it has been compiled for speed.
pub(super) const CARGO: [&str; 11] = [
    "--locked",
    "--package",
    "sidekick-browser",
    "--profile",
    "wasm",
    "--target",
    "wasm32-unknown-unknown",
    "-Z",
    "build-std=core,alloc",
    "-Z",
    "build-std-features=optimize_for_size",
];

/// Where cargo puts the module, below its target folder.
pub(super) const OUTPUT: &str = "wasm32-unknown-unknown/wasm/sidekick_browser.wasm";

pub(super) const RUSTC: &[&str] = &[
    // A panic is a trap at once: its message would be read by nobody, and costs the code that formats it.
    "-Zunstable-options",
    "-Cpanic=immediate-abort",
    "-Zlocation-detail=none",
    "-Zfmt-debug=none",
    // Of WebAssembly 2.0 what serves plain numbers and memory. The compiler's own choice of today has references too,
    // for which wasm-bindgen adds a table and an import: 117 bytes (brotli) for what nothing here uses.
    // Multiple results are not among it: LLVM's calling convention for them (`experimental-mv`) saves 0.3 kB, and reads a
    // second result before the call that gives it (LLVM 22).
    "-Ctarget-cpu=mvp",
    "-Ctarget-feature=+bulk-memory,+mutable-globals,+nontrapping-fptoint,+sign-ext",
    // The usual stack of a megabyte would be sixteen of the seventeen pages that an instance starts with. It lies below
    // everything else, so that one too deep is a trap.
    "-Clink-arg=-zstack-size=65536",
    // Both keep values in variables of their own rather than in memory or in one place, which costs more instructions than
    // it spares: 54 bytes (brotli).
    "-Cllvm-args=-sink-common-insts=0",
    "-Cllvm-args=-disable-licm-promotion",
];

/// wasm-opt keeps to the instructions that the compiler was allowed, which the module itself names. Two flags are left
/// out on purpose: `--all-features` takes tail calls and typed references of WebAssembly 3.0, so that browsers of a few
/// years ago refuse the module, for no gain; and `--traps-never-happen` saves 54 bytes (brotli) by leaving out checks
/// of bounds and of memory that ran out.
pub(super) const WASM_OPT: &[&str] = &[
    // Each function's jumps are made anew, which comes out 80 bytes (brotli) shorter than what the compiler made.
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Os",
    "--converge",
    // Rust puts nothing into the first kilobyte, and a fresh memory is zero.
    "--low-memory-unused",
    "--zero-filled-memory",
    // Those that are called most have the shortest numbers.
    "--reorder-functions",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];
