//! No source file leaves work behind: what is not done is an issue, not a comment.

use super::finding::Finding;
use super::tree::{Tree, has_word};

/// In pieces, so that this file doesn't find itself.
const MARKS: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let lines = tree.sources().flat_map(|file| file.lines().map(move |(number, line)| (file, number, line)));
    let marked = lines
        .filter_map(|(file, number, line)| Some((file, number, MARKS.into_iter().find(|mark| has_word(line, mark))?)));
    marked
        .map(|(file, number, mark)| {
            Finding::at(
                file,
                number,
                format!("`{mark}` marks work left behind"),
                "do it, or file it and say why the code is as it is",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    #[test]
    fn every_mark_is_found_in_sources_only() {
        for mark in MARKS {
            let line = format!("// {mark} later");
            assert_eq!(check(&tree(&[("a.rs", &line)])).len(), 1, "{mark}");
            assert_eq!(check(&tree(&[("a.md", &line)])).len(), 0, "{mark}");
        }
    }

    #[test]
    fn parts_of_other_words_pass() {
        let longer = format!("mktemp x.{0}{0}; {1}NICAL; {2}_count", MARKS[2], MARKS[0], MARKS[1]);
        assert_eq!(check(&tree(&[("a.sh", &longer)])).len(), 0);
    }
}
