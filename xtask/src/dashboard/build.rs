//! The build of the dashboard's page, and what parts it from the one that is committed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{COMMITTED, FOLDER};
use crate::failure::{Failure, Outcome};
use crate::repository;
use crate::tool::{run, tool};

/// Which compiler made the committed module: another one makes other bytes of the same source.
const COMPILER: &str = "js/dashboard/engine.compiler";
const ENGINE: &str = "engine.wasm";

/// Files by their paths below a folder.
type Files = BTreeMap<String, Vec<u8>>;

/// Builds the page into a folder, which then has nothing else.
pub(super) fn build(folder: &Path) -> Outcome {
    let mut vite = tool("npm", &["run", "--silent", "build", "--", "--emptyOutDir", "--outDir"]);
    run(vite.arg(folder).current_dir(repository::root().join(FOLDER)))
}

/// Fails where the committed page is not what its sources give.
pub(super) fn hold_against_committed(built: &Path, compiler: &str) -> Outcome {
    let committed_by = fs::read_to_string(repository::root().join(COMPILER)).unwrap_or_default();
    let is_comparable = committed_by.trim() == compiler;
    if !is_comparable {
        println!("{ENGINE} is not compared: {:?} made the committed one, {compiler:?} is here", committed_by.trim());
    }
    let (mut built, mut committed) = (read(built)?, read(&repository::root().join(COMMITTED))?);
    if !is_comparable {
        // That one is there is still asked for.
        built.entry(ENGINE.to_owned()).and_modify(Vec::clear);
        committed.entry(ENGINE.to_owned()).and_modify(Vec::clear);
    }
    let differences = differences(&built, &committed);
    if differences.is_empty() {
        println!("{COMMITTED} is what js/dashboard gives: {} files", committed.len());
        return Ok(());
    }
    let list = differences.join("\n  ");
    Err(Failure::step(format!(
        "{COMMITTED} is not what its sources give:\n  {list}\nBuild it with `cargo xtask dashboard`, and commit it"
    )))
}

/// Notes which compiler made the module that is committed.
pub(super) fn note_compiler(compiler: &str) -> Outcome {
    fs::write(repository::root().join(COMPILER), format!("{compiler}\n"))
        .map_err(|error| Failure::step(format!("{COMPILER} cannot be written: {error}")))
}

fn differences(built: &Files, committed: &Files) -> Vec<String> {
    let missing = built.keys().filter(|path| !committed.contains_key(*path)).map(|path| format!("{path} is missing"));
    let rest = committed.iter().filter_map(|(path, bytes)| match built.get(path) {
        None => Some(format!("{path} is left over")),
        Some(own) if own != bytes => Some(format!("{path} has other bytes")),
        Some(_) => None,
    });
    missing.chain(rest).collect()
}

fn read(folder: &Path) -> Outcome<Files> {
    let mut files = Files::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        let unreadable = |error| Failure::step(format!("{} cannot be read: {error}", next.display()));
        for entry in next.read_dir().map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read(&path).map_err(unreadable)?);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> Files {
        list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
    }

    #[test]
    fn the_same_files_are_no_difference() {
        let page = files(&[("index.html", "<!doctype html>"), ("assets/a.js", "1")]);
        assert!(differences(&page, &page).is_empty());
    }

    #[test]
    fn what_is_missing_left_over_or_other_is_named() {
        let built = files(&[("index.html", "new"), ("assets/b.js", "2"), ("same.svg", "s")]);
        let committed = files(&[("index.html", "old"), ("assets/a.js", "1"), ("same.svg", "s")]);
        let expected = ["assets/b.js is missing", "assets/a.js is left over", "index.html has other bytes"];
        assert_eq!(differences(&built, &committed), expected);
    }

    #[test]
    fn files_are_read_by_their_paths_below_the_folder() {
        let folder = repository::scratch("dashboard-test");
        fs::create_dir_all(folder.join("assets")).unwrap();
        fs::write(folder.join("index.html"), "i").unwrap();
        fs::write(folder.join("assets/a.js"), "a").unwrap();
        assert_eq!(read(&folder).unwrap(), files(&[("assets/a.js", "a"), ("index.html", "i")]));
        assert!(read(&folder.join("nowhere")).is_err());
    }
}
