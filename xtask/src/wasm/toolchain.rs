//! The Rust that builds the module. It takes the library's sources, an unstable flag or two, and a linker.
//!
//! Rustup's toolchain brings all of that with its component `rust-src`. Where it isn't there, Debian's packages do. Two
//! compilers give modules of slightly different size, so every build says which one it was.

use std::path::Path;
use std::process::Command;

use super::flags;
use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{debian_rust, rustup, setup};

const DEBIAN_LINKER: &str = "wasm-ld-19";
/// The package of that linker.
const DEBIAN_LINKER_PACKAGE: &str = "lld-19";

/// One of the two.
#[derive(Clone, Copy)]
pub(super) enum Toolchain {
    Rustup,
    Debian,
}

impl Toolchain {
    /// The first of them that is here or can be installed.
    pub(super) fn ensure() -> Outcome<Self> {
        if let Some(toolchain) = [Self::Rustup, Self::Debian].into_iter().find(|toolchain| toolchain.is_here()) {
            return Ok(toolchain);
        }
        let Err(packages) = Self::Debian.install() else { return Ok(Self::Debian) };
        let Err(component) = Self::Rustup.install() else { return Ok(Self::Rustup) };
        Err(Failure::step(format!(
            "missing: a Rust that builds its own library for browsers and knows `-C panic=immediate-abort` (1.95 and \
             1.96 do).\n  Install: rustup update, and rustup component add rust-src\n  or, on Debian as root: apt-get \
             install {} {DEBIAN_LINKER_PACKAGE}\n  Tried: {packages}; {component}",
            debian_rust::PACKAGES.join(" "),
        )))
    }

    fn is_here(self) -> bool {
        let has_parts = match self {
            Self::Rustup => rustup::libraries().is_ok_and(|libraries| {
                libraries.join("src/rust/library/alloc/Cargo.toml").exists() && has_own_linker(&libraries)
            }),
            Self::Debian => debian_rust::is_here() && tool::succeeds(&mut tool(DEBIAN_LINKER, &["--version"])),
        };
        has_parts && self.knows_the_flags()
    }

    fn install(self) -> Outcome {
        match self {
            Self::Rustup => rustup::add("component", &["rust-src"])?,
            Self::Debian => {
                debian_rust::ensure()?;
                setup::install_packages(&[DEBIAN_LINKER_PACKAGE])?;
            }
        }
        if self.is_here() { Ok(()) } else { Err(Failure::step(format!("{} is too old", self.name()))) }
    }

    /// Unstable flags come and go.
    fn knows_the_flags(self) -> bool {
        let mut rustc = self.program("rustc", &["--target", "wasm32-unknown-unknown", "--print", "cfg"]);
        tool::succeeds(rustc.args(flags::RUSTC))
    }

    /// A `cargo` or `rustc` command.
    pub(super) fn program(self, name: &str, arguments: &[&str]) -> Command {
        match self {
            Self::Rustup => {
                let mut command = tool(name, arguments);
                command.env("RUSTC_BOOTSTRAP", "1");
                command
            }
            Self::Debian => debian_rust::program(name, arguments),
        }
    }

    /// The flags that the compiler needs to find a linker.
    pub(super) fn linker_flags(self) -> Vec<String> {
        match self {
            // It finds its own.
            Self::Rustup => Vec::new(),
            Self::Debian => vec![format!("-Clinker={DEBIAN_LINKER}")],
        }
    }

    /// As `rustc 1.96.0`.
    pub(super) fn version(self) -> Outcome<String> {
        let version = tool::output(&mut self.program("rustc", &["--version"]))?;
        Ok(version.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
    }

    /// Whose it is.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Rustup => "rustup's",
            Self::Debian => "Debian's",
        }
    }
}

/// Rustup's toolchains carry LLVM's linker in the folder of the target that the compiler itself runs on.
fn has_own_linker(libraries: &Path) -> bool {
    let name = format!("rust-lld{}", std::env::consts::EXE_SUFFIX);
    let mut targets = libraries.read_dir().into_iter().flatten().flatten();
    targets.any(|target| target.path().join("bin").join(&name).is_file())
}
