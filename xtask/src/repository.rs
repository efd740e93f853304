//! Where the repository lies on this machine.

use std::path::PathBuf;

/// The repository's root folder.
///
/// Cargo names the package's folder when it runs us; the folder of the build serves when the binary is run by hand.
pub(crate) fn root() -> PathBuf {
    let package =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), PathBuf::from)
}

/// A folder below `target/` for what only these commands use.
pub(crate) fn scratch(name: &str) -> PathBuf {
    root().join("target").join("xtask").join(name)
}
