//! A place where a rule is broken.

use std::fmt;

use super::tree::File;

/// Where, what is wrong, and what would be right.
#[derive(Debug)]
pub(super) struct Finding {
    path: String,
    /// From 1.
    pub(super) line: usize,
    wrong: String,
    right: String,
}

impl Finding {
    /// A finding in a line of a file; lines count from 1.
    pub(super) fn at(file: &File, line: usize, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self::in_path(&file.path, line, wrong, right)
    }

    /// A finding at a path that need not be a file.
    pub(super) fn in_path(path: &str, line: usize, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, wrong: wrong.into(), right: right.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}; {}", self.path, self.line, self.wrong, self.right)
    }
}
