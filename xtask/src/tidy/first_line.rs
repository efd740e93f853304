//! Every source file begins with a comment that says what it is.

use super::finding::Finding;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.sources().filter_map(check_file).collect()
}

fn check_file(file: &File) -> Option<Finding> {
    let openings = openings(file);
    let (line, first) = file.lines().find(|(_, line)| !line.starts_with("#!/")).unwrap_or((1, ""));
    let says_something = openings.iter().any(|opening| {
        let comment = first.strip_prefix(opening);
        // A block comment or a docstring may put its first words on the next line.
        let next = file.lines().find(|(number, _)| *number == line + 1).map_or("", |(_, next)| next);
        let opens_block = matches!(*opening, "/*" | "\"\"\"");
        comment.is_some_and(|comment| has_words(comment) || (opens_block && has_words(next)))
    });
    let right = format!("begin with `{} …`, what the file is", openings.first().unwrap_or(&"//"));
    (!says_something).then(|| Finding::at(file, line, "the file doesn't say what it is", right))
}

fn openings(file: &File) -> &'static [&'static str] {
    match file.extension() {
        "rs" => &["//!"],
        "py" => &["#", "\"\"\""],
        "sql" => &["--", "/*"],
        "css" => &["/*"],
        "rb" | "sh" => &["#"],
        "ts" | "tsx" | "mts" | "cts" | "js" | "jsx" | "mjs" | "cjs" | "dart" | "c" | "cc" | "cpp" | "h" | "hpp"
        | "m" | "mm" | "java" | "kt" | "swift" => &["//", "/*"],
        // A script without an extension.
        _ => &["#", "//"],
    }
}

fn has_words(text: &str) -> bool {
    text.chars().filter(|character| character.is_alphanumeric()).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&tree(&[(path, text)])).len()
    }

    #[test]
    fn a_file_that_says_what_it_is_passes() {
        assert_eq!(findings("a.rs", "//! The store.\n"), 0);
        assert_eq!(findings("a.ts", "// The driver.\n"), 0);
        assert_eq!(findings("a.cpp", "/*\n * The host functions.\n */\n"), 0);
        assert_eq!(findings("a.py", "#!/usr/bin/env python3\n\"\"\"Makes the vectors.\"\"\"\n"), 0);
        assert_eq!(findings(".ci/run", "#!/bin/sh\n# What CI runs.\n"), 0);
        assert_eq!(findings("data.json", "{}"), 0);
    }

    #[test]
    fn a_file_that_does_not_is_found() {
        assert_eq!(findings("a.rs", "// A comment, but not the file's.\n"), 1);
        assert_eq!(findings("a.rs", ""), 1);
        assert_eq!(findings("a.rs", "\n//! Too late.\n"), 1);
        assert_eq!(findings("a.ts", "import x from 'x'\n"), 1);
        assert_eq!(findings("a.sh", "#!/bin/sh\nset -e\n"), 1);
        assert_eq!(findings("a.js", "//\n"), 1);
    }
}
