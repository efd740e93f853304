//! The core runs in browsers, in apps and on bare metal, so it uses neither the standard library nor unsafe code.

use super::finding::Finding;
use super::rust_code::shipped_code;
use super::tree::{File, Tree, has_word, numbered};

const ROOT: &str = "core-nostd/src/lib.rs";
const SOURCES: &str = "core-nostd/src/";
const ATTRIBUTES: [&str; 2] = ["#![no_std]", "#![forbid(unsafe_code)]"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.rust().filter(|file| file.path.starts_with(SOURCES) && !file.is_test());
    missing_attributes(tree).into_iter().chain(sources.flat_map(uses_of_std)).collect()
}

fn missing_attributes(tree: &Tree) -> Vec<Finding> {
    let Some(root) = tree.file(ROOT) else {
        return vec![Finding::in_path(ROOT, 1, "the core has no root", "the core's library begins there")];
    };
    let missing = ATTRIBUTES.into_iter().filter(|attribute| !root.lines().any(|(_, line)| line == *attribute));
    missing
        .map(|attribute| Finding::at(root, 1, format!("no `{attribute}`"), "it stands there without a condition"))
        .collect()
}

fn uses_of_std(file: &File) -> Vec<Finding> {
    let code = shipped_code(&file.text);
    let uses = numbered(&code).filter(|(_, line)| has_word(line, "std"));
    uses.map(|(number, _)| Finding::at(file, number, "the core uses `std`", "`core`, `alloc`, or a test")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    const GOOD: &str = "//! The engine of std-less hosts.\n#![no_std]\n#![forbid(unsafe_code)]\n";

    #[test]
    fn core_and_alloc_pass_and_so_do_tests() {
        let tests = "use core::fmt;\n#[cfg(test)]\nmod tests {\n use std::vec;\n}\n";
        assert_eq!(
            check(&tree(&[(ROOT, GOOD), ("core-nostd/src/a.rs", tests), ("core-nostd/tests/b.rs", "use std::fs;")]))
                .len(),
            0
        );
        assert_eq!(check(&tree(&[(ROOT, GOOD), ("server/src/a.rs", "use std::fs;")])).len(), 0);
    }

    #[test]
    fn std_is_found() {
        for line in ["use std::fmt;", "let x = ::std::mem::take(y);", "extern crate std;"] {
            assert_eq!(check(&tree(&[(ROOT, GOOD), ("core-nostd/src/a.rs", line)])).len(), 1, "{line}");
        }
    }

    #[test]
    fn a_root_without_its_attributes_is_found() {
        assert_eq!(check(&tree(&[(ROOT, "//! Engine.\n#![cfg_attr(not(test), no_std)]\n")])).len(), 2);
        assert_eq!(check(&tree(&[])).len(), 1);
    }
}
