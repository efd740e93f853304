//! Every package says in a README what it is.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let packages = tree.files.iter().filter(|file| is_package(file) && !file.is_test());
    let readme = |file: &File| {
        if file.folder().is_empty() { "README.md".to_owned() } else { format!("{}/README.md", file.folder()) }
    };
    // A set: a folder can be a crate and an npm package at once.
    let readmes: BTreeSet<String> = packages.map(readme).collect();
    let without = readmes.into_iter().filter(|readme| tree.file(readme).is_none_or(|file| file.text.trim().is_empty()));
    without
        .map(|readme| {
            Finding::in_path(&readme, 1, "the package has no README", "what it is, for whom, and how to use it")
        })
        .collect()
}

/// A workspace's manifest stands for the repository, which has a README like any package.
fn is_package(file: &File) -> bool {
    matches!(file.name(), "Cargo.toml" | "package.json" | "pubspec.yaml")
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    #[test]
    fn a_package_with_a_readme_passes() {
        assert_eq!(check(&tree(&[("server/Cargo.toml", ""), ("server/README.md", "# server")])).len(), 0);
        assert_eq!(check(&tree(&[("server/tests/clients/package.json", "{}")])).len(), 0);
    }

    #[test]
    fn a_package_without_one_is_found() {
        assert_eq!(check(&tree(&[("Cargo.toml", "")])).len(), 1);
        assert_eq!(check(&tree(&[("js/node/package.json", "{}"), ("js/README.md", "# js")])).len(), 1);
        assert_eq!(check(&tree(&[("server/Cargo.toml", ""), ("server/README.md", "\n")])).len(), 1);
        assert_eq!(check(&tree(&[("js/browser/Cargo.toml", ""), ("js/browser/package.json", "{}")])).len(), 1);
    }
}
