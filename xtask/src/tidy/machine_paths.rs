//! No file names a path that exists on one machine only.

use super::finding::Finding;
use super::tree::Tree;
use crate::repository;

/// In pieces, so that this file doesn't find itself.
const FOLDERS: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("C:\\Us", "ers")];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let checkout = format!("{}/", repository::root().display());
    let folders: Vec<&str> = FOLDERS.into_iter().chain([checkout.as_str()]).collect();
    let lines = tree.files.iter().flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    let named = lines.filter_map(|(file, number, line)| Some((file, number, named_folder(line, &folders)?)));
    named
        .map(|(file, number, folder)| {
            Finding::at(
                file,
                number,
                format!("names `{folder}`, a path of one machine"),
                "a path from the repository's root",
            )
        })
        .collect()
}

fn named_folder<'f>(line: &str, folders: &[&'f str]) -> Option<&'f str> {
    let begins_with =
        |folder: &&&str| line.match_indices(**folder).any(|(start, _)| begins_path(line.split_at(start).0));
    folders.iter().find(begins_with).copied()
}

/// A slash after a name continues a relative path or an address; any other begins an absolute path.
fn begins_path(before: &str) -> bool {
    !before.ends_with(|character: char| character.is_alphanumeric() || "._-~*$})".contains(character))
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    fn findings(line: &str) -> usize {
        check(&tree(&[("a.md", line)])).len()
    }

    #[test]
    fn paths_within_the_repository_and_addresses_pass() {
        assert_eq!(findings("see ../home/plan.md and docs/home/index.md"), 0);
        assert_eq!(findings("https://example.org/home/page"), 0);
        assert_eq!(findings("$HOME/home/x and {root}/home/x"), 0);
        assert_eq!(findings("/tmp/sidekick.db"), 0);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for folder in FOLDERS {
            assert_eq!(findings(&format!("cd {folder}x")), 1, "{folder}");
            assert_eq!(findings(&format!("\"file://{folder}x\"")), 1, "{folder}");
        }
        assert_eq!(findings(&format!("cd {}/server", repository::root().display())), 1);
    }
}
