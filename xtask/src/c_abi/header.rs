//! `ffi/include/sidekick.h`: made of the sources by cbindgen, committed, and held against them.

use std::path::Path;

use super::{FOLDER, read};
use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{repository, setup};

const HEADER: &str = "include/sidekick.h";

/// Makes the header anew.
pub(crate) fn write() -> Outcome {
    make(&repository::root().join(FOLDER).join(HEADER))
}

/// Fails where the committed header is not what the sources give.
pub(super) fn check() -> Outcome {
    let folder = repository::scratch("c-abi");
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::step(format!("{} cannot be made: {error}", folder.display())))?;
    let made = folder.join("sidekick.h");
    make(&made)?;
    if read(&made)? == read(&repository::root().join(FOLDER).join(HEADER))? {
        return Ok(());
    }
    Err(Failure::step(format!("{FOLDER}/{HEADER} is not what its sources give; make it anew with cargo xtask header")))
}

fn make(path: &Path) -> Outcome {
    setup::ensure(&setup::CBINDGEN)?;
    let mut cbindgen = tool("cbindgen", &["--quiet", "--config", "ffi/cbindgen.toml", "--output"]);
    tool::run(cbindgen.arg(path).arg(FOLDER))
}
