//! A source file is one noun of the domain; past 600 lines it is more than one.

use super::finding::Finding;
use super::tree::Tree;

const MOST_LINES: usize = 600;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let long = tree.sources().filter(|file| !file.is_test() && file.lines().count() > MOST_LINES);
    long.map(|file| {
        let wrong = format!("{} lines", file.lines().count());
        Finding::at(
            file,
            MOST_LINES + 1,
            wrong,
            format!("at most {MOST_LINES}: give the second noun a file of its own"),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    #[test]
    fn the_limit_holds_outside_tests() {
        let (fits, long) = ("x\n".repeat(600), "x\n".repeat(601));
        assert_eq!(check(&tree(&[("src/a.rs", &fits)])).len(), 0);
        assert_eq!(check(&tree(&[("src/a.rs", &long)])).len(), 1);
        assert_eq!(check(&tree(&[("tests/a.rs", &long), ("src/a/tests.rs", &long), ("a.json", &long)])).len(), 0);
    }
}
