//! Unsafe code stays at the boundaries to other languages, and in the few files named here.

use super::finding::Finding;
use super::rust_code::code;
use super::tree::{File, Tree, has_word, numbered};

/// Where Rust meets another language.
const BOUNDARIES: [&str; 4] = ["ffi/", "js/", "mobile/", "flutter/"];

/// Other files, each with its reason.
const ALLOWED: &[(&str, &str)] = &[];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    check_with(tree, ALLOWED)
}

fn check_with(tree: &Tree, allowed: &[(&str, &str)]) -> Vec<Finding> {
    let inside = tree.rust().filter(|file| !BOUNDARIES.iter().any(|boundary| file.path.starts_with(boundary)));
    let mut findings: Vec<Finding> =
        inside.filter(|file| !allowed.iter().any(|(path, _)| *path == file.path)).flat_map(uses).collect();
    let is_needed = |path: &str| tree.file(path).is_some_and(|file| !uses(file).is_empty());
    let stale = allowed.iter().filter(|(path, _)| !is_needed(path));
    findings.extend(stale.map(|(path, _)| {
        Finding::in_path(
            path,
            1,
            "may use `unsafe` and doesn't",
            "take it off the list in xtask/src/tidy/unsafe_code.rs",
        )
    }));
    findings
}

fn uses(file: &File) -> Vec<Finding> {
    let code = code(&file.text);
    let lines = numbered(&code).filter(|(_, line)| has_word(line, "unsafe"));
    lines
        .map(|(number, _)| {
            Finding::at(
                file,
                number,
                "`unsafe` away from a language boundary",
                "safe code, or a reason in xtask/src/tidy/unsafe_code.rs",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    #[test]
    fn safe_code_and_boundaries_pass() {
        let safe = "#![forbid(unsafe_code)] // no unsafe here\nlet x = \"unsafe\";";
        assert_eq!(
            check_with(
                &tree(&[
                    ("server/src/a.rs", safe),
                    ("ffi/src/lib.rs", "unsafe {}"),
                    ("js/node/src/lib.rs", "unsafe {}")
                ]),
                &[]
            )
            .len(),
            0
        );
    }

    #[test]
    fn unsafe_elsewhere_is_found_tests_included() {
        assert_eq!(check_with(&tree(&[("server/src/a.rs", "unsafe { f() }")]), &[]).len(), 1);
        assert_eq!(check_with(&tree(&[("core-nostd/tests/a.rs", "unsafe impl A for B {}")]), &[]).len(), 1);
    }

    #[test]
    fn a_named_file_passes_until_it_no_longer_needs_it() {
        let allowed = [("benches/a.rs", "because")];
        assert_eq!(check_with(&tree(&[("benches/a.rs", "unsafe {}")]), &allowed).len(), 0);
        assert_eq!(check_with(&tree(&[("benches/a.rs", "safe()")]), &allowed).len(), 1);
        assert_eq!(check_with(&tree(&[]), &allowed).len(), 1);
    }
}
