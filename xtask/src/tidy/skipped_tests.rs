//! No test is skipped, and none runs alone: a test that doesn't run proves nothing and looks as if it did.

use super::finding::Finding;
use super::rust_code::code;
use super::tree::{File, Tree, numbered};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.sources().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    // Iterators have a `skip`, so each language is asked for its own words only.
    let (text, words): (String, &[&str]) = match file.extension() {
        "rs" => (code(&file.text), &["#[ignore", ", ignore"]),
        "ts" | "tsx" | "mts" | "js" | "jsx" | "mjs" | "cjs" => {
            (file.text.clone(), &[".only(", ".skip(", "only: true", "skip: true", "xit(", "xdescribe("])
        }
        "py" => (file.text.clone(), &["mark.skip", "mark.xfail", "unittest.skip", ".skipTest("]),
        "dart" => (file.text.clone(), &["skip: true", "solo: true", "@Skip("]),
        _ => return Vec::new(),
    };
    let lines =
        numbered(&text).filter_map(|(number, line)| Some((number, words.iter().find(|word| stands(line, word))?)));
    lines
        .map(|(number, word)| {
            Finding::at(file, number, format!("`{word}` keeps a test from running"), "let it run, or remove it")
        })
        .collect()
}

/// Whether `word` stands in the line as a word of its own: `process.exit(` is no `xit(`.
fn stands(line: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(start, _)| !(word.starts_with(is_part) && line.split_at(start).0.ends_with(is_part)))
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&tree(&[(path, text)])).len()
    }

    #[test]
    fn tests_that_run_pass() {
        assert_eq!(findings("a.rs", "let x = list.iter().skip(1); // #[ignore]\n#[test]\nfn a() {}"), 0);
        assert_eq!(findings("a.test.ts", "test('skips nothing', () => {})"), 0);
        assert_eq!(findings("a.mjs", "process.exit(1)"), 0);
        assert_eq!(findings("a.py", "def test_a(): pass"), 0);
    }

    #[test]
    fn tests_that_do_not_run_are_found() {
        assert_eq!(findings("a.rs", "#[test]\n#[ignore = \"slow\"]\nfn a() {}"), 1);
        assert_eq!(findings("a.rs", "#[cfg_attr(miri, ignore)]"), 1);
        assert_eq!(findings("a.test.ts", "describe.only('a', f)\ntest.skip('b', g)"), 2);
        assert_eq!(findings("a.test.js", "xit('a', f)"), 1);
        assert_eq!(findings("a.py", "@pytest.mark.skip"), 1);
        assert_eq!(findings("a_test.dart", "test('a', f, skip: true)"), 1);
    }
}
