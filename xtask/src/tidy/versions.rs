//! Everything that is published has one version, that of the workspace: `cargo xtask release` writes it everywhere.

use super::finding::Finding;
use super::tree::Tree;
use crate::release::place;

const WORKSPACE: &str = "Cargo.toml";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(version) = tree.file(WORKSPACE).and_then(|file| place::all(WORKSPACE, &file.text).into_iter().next())
    else {
        return vec![Finding::in_path(WORKSPACE, 1, "the workspace has no version", "`version = \"…\"`")];
    };
    let version = version.version;
    let mut findings = Vec::new();
    for file in &tree.files {
        for place in place::all(&file.path, &file.text) {
            if place.version != version {
                findings.push(Finding::at(
                    file,
                    place.line,
                    format!("the version is {}", place.version),
                    format!("{version}, as in {WORKSPACE}; `cargo xtask release` sets both"),
                ));
            }
        }
    }
    let gone =
        place::named_files().filter(|path| tree.file(path).is_none_or(|file| place::all(path, &file.text).is_empty()));
    findings.extend(gone.map(|path| {
        Finding::in_path(path, 1, "no version stands here", "where it was, or no mention in xtask/src/release/place.rs")
    }));
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    const CARGO: (&str, &str) = (WORKSPACE, "[workspace.package]\nversion = \"1.2.3\"\n");

    fn others(files: &[(&str, &str)]) -> Vec<String> {
        let findings = check(&tree(files)).into_iter().map(|finding| finding.to_string());
        findings.filter(|finding| !finding.contains("no version stands here")).collect()
    }

    #[test]
    fn a_package_of_another_version_is_found() {
        assert!(others(&[CARGO, ("flutter/pubspec.yaml", "version: 1.2.3\n")]).is_empty());
        let found = others(&[CARGO, ("flutter/pubspec.yaml", "name: x\nversion: 1.2.2\n")]);
        assert!(found.len() == 1 && found[0].starts_with("flutter/pubspec.yaml:2"), "{found:?}");
    }

    #[test]
    fn a_place_that_is_gone_is_found() {
        let findings = check(&tree(&[CARGO])).len();
        assert_eq!(findings, place::named_files().count() - 1);
    }
}
