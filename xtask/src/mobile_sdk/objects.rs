//! C++ sources, compiled side by side into objects.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::create;
use crate::failure::Outcome;
use crate::tool;

/// Puts the objects into the folder, in the order of their sources; `compiler` gives a command that lacks only these names.
pub(super) fn compile(
    folder: &Path,
    sources: &[PathBuf],
    compiler: impl Fn() -> Outcome<Command>,
) -> Outcome<Vec<PathBuf>> {
    create(folder)?;
    let objects: Vec<PathBuf> = sources.iter().map(|source| object(folder, source)).collect();
    let mut commands = Vec::new();
    for (source, object) in sources.iter().zip(&objects) {
        let mut command = compiler()?;
        command.arg("-c").arg(source).arg("-o").arg(object);
        commands.push(command);
    }
    println!("compiling {} sources into {}", sources.len(), folder.display());
    tool::output_of_all(commands)?;
    Ok(objects)
}

fn object(folder: &Path, source: &Path) -> PathBuf {
    folder.join(Path::new(source.file_name().unwrap_or_default()).with_extension("o"))
}
