//! The files that the rules look at: what git tracks, and what it would track if it were added.

use std::collections::BTreeSet;

use crate::failure::Outcome;
use crate::repository;
use crate::tool::{self, tool};

/// Files that are the output of a program; nobody writes or reads them by hand.
const GENERATED: [&str; 3] = ["/dist/", "/generated/", "/server/assets/dashboard/"];

/// Kinds of file that hold code, by the end of their name.
const SOURCE_EXTENSIONS: [&str; 25] = [
    "rs", "ts", "tsx", "mts", "cts", "js", "jsx", "mjs", "cjs", "py", "sh", "dart", "c", "cc", "cpp", "h", "hpp", "m",
    "mm", "java", "kt", "swift", "rb", "sql", "css",
];

/// One file.
pub(super) struct File {
    /// From the repository's root, with `/`.
    pub(super) path: String,
    /// Empty when the file is no text.
    pub(super) text: String,
}

/// All files.
pub(super) struct Tree {
    /// In the order of their paths.
    pub(super) files: Vec<File>,
    folders: BTreeSet<String>,
}

impl Tree {
    /// Reads the repository.
    pub(super) fn read() -> Outcome<Self> {
        let listing = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let paths = tool::output(&mut tool("git", &listing))?;
        let root = repository::root();
        // A file that is deleted but not yet committed is still listed; a set, for a merge lists a path twice.
        let paths: BTreeSet<&str> = paths.split('\0').filter(|path| root.join(path).is_file()).collect();
        let files = paths.into_iter().map(|path| {
            let bytes = std::fs::read(root.join(path)).unwrap_or_default();
            let text = if bytes.contains(&0) { None } else { String::from_utf8(bytes).ok() };
            File { path: path.to_owned(), text: text.unwrap_or_default() }
        });
        Ok(Self::of(files.collect()))
    }

    /// A tree of these files.
    pub(super) fn of(files: Vec<File>) -> Self {
        let folders = files
            .iter()
            .flat_map(|file| file.path.match_indices('/').map(|(end, _)| file.path.split_at(end).0.to_owned()));
        Self { folders: folders.collect(), files }
    }

    /// The file at a path.
    pub(super) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or a folder has this path; the empty path is the root.
    pub(super) fn has(&self, path: &str) -> bool {
        path.is_empty() || self.folders.contains(path) || self.file(path).is_some()
    }

    /// Files of code that a person wrote.
    pub(super) fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_source() && !file.is_generated())
    }

    /// Files of Rust.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.sources().filter(|file| file.extension() == "rs")
    }
}

impl File {
    /// The part of the name after the last dot.
    pub(super) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// The path without the name; empty for the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether it is code, by its extension or, for a script without one, by its first line.
    pub(super) fn is_source(&self) -> bool {
        SOURCE_EXTENSIONS.contains(&self.extension()) || self.text.starts_with("#!/")
    }

    /// Whether it only serves tests.
    pub(super) fn is_test(&self) -> bool {
        let name = self.name();
        let stem = name.split('.').next().unwrap_or(name);
        let in_folder = self.folder().split('/').any(|folder| matches!(folder, "tests" | "test"));
        in_folder || stem == "tests" || stem.ends_with("_test") || name.contains(".test.")
    }

    /// The lines with their numbers, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.text)
    }

    fn is_generated(&self) -> bool {
        let path = format!("/{}", self.path);
        GENERATED.iter().any(|folder| path.contains(folder))
    }
}

/// The lines of a text with their numbers, from 1.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// Whether `word` stands in `text` with no letter, digit or underscore beside it.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(start, _)| {
        let (before, rest) = text.split_at(start);
        let after = rest.strip_prefix(word).unwrap_or_default();
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

#[cfg(test)]
pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::of(files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_test(path: &str) -> bool {
        File { path: path.to_owned(), text: String::new() }.is_test()
    }

    #[test]
    fn tests_are_known_by_folder_or_name() {
        assert!(is_test("server/tests/rest.rs") && is_test("core-nostd/src/json/tests.rs"));
        assert!(
            is_test("flutter/test/client.dart") && is_test("js/shared/driver.test.ts") && is_test("ffi/view_test.cpp")
        );
        assert!(!is_test("core-nostd/src/store.rs") && !is_test("server/src/latest.rs"));
    }

    #[test]
    fn folders_and_files_exist() {
        let tree = tree(&[("a/b/c.rs", "")]);
        assert!(tree.has("") && tree.has("a") && tree.has("a/b") && tree.has("a/b/c.rs"));
        assert!(!tree.has("a/c") && !tree.has("b"));
    }

    #[test]
    fn words_have_edges() {
        assert!(has_word("an unsafe block", "unsafe") && has_word("unsafe{", "unsafe"));
        assert!(!has_word("unsafe_code", "unsafe") && !has_word("not_unsafe", "unsafe"));
    }

    #[test]
    fn scripts_without_extension_and_generated_files_are_told_apart() {
        let tree = tree(&[
            (".ci/run", "#!/bin/sh"),
            ("js/dist/x.js", ""),
            ("server/assets/dashboard/y.js", ""),
            ("LICENSE", "text"),
            ("js/x.ts", ""),
        ]);
        let paths: Vec<&str> = tree.sources().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".ci/run", "js/x.ts"]);
    }
}
