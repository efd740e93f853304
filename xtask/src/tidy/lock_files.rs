//! Lock files name the official registries only: a machine that installs through another one writes that one's address
//! into them, and nobody else can then install.

use super::finding::Finding;
use super::tree::{File, Tree};

const CRATES: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files
        .iter()
        .flat_map(|file| match file.name() {
            "Cargo.lock" => foreign(file, "source = ", |source| source == CRATES, CRATES),
            // A package of this repository is "resolved" to its folder, which is no address.
            "package-lock.json" => {
                foreign(file, "\"resolved\": ", |source| source.starts_with(NPM) || !source.contains(':'), NPM)
            }
            "yarn.lock" | "pnpm-lock.yaml" | "bun.lock" | "bun.lockb" => {
                vec![Finding::at(
                    file,
                    1,
                    "a lock file of another package manager",
                    "use npm and commit package-lock.json",
                )]
            }
            _ => Vec::new(),
        })
        .collect()
}

fn foreign(file: &File, field: &str, is_official: fn(&str) -> bool, official: &str) -> Vec<Finding> {
    let sources = file.lines().filter_map(|(number, line)| {
        let value = line.trim().strip_prefix(field)?.trim_end_matches(',').trim_matches('"');
        Some((number, value))
    });
    let foreign = sources.filter(|(_, source)| !is_official(source));
    foreign
        .map(|(number, source)| {
            Finding::at(file, number, format!("downloads from `{source}`"), format!("`{official}…`"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&tree(&[(path, text)])).len()
    }

    #[test]
    fn official_sources_pass() {
        assert_eq!(findings("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"), 0);
        assert_eq!(
            findings("js/package-lock.json", "  \"resolved\": \"https://registry.npmjs.org/a/-/a-1.0.0.tgz\",\n"),
            0
        );
        assert_eq!(findings("js/package-lock.json", "  \"resolved\": \"js/shared\",\n"), 0);
        assert_eq!(findings("notes.md", "source = \"https://example.org\"\n"), 0);
    }

    #[test]
    fn other_sources_are_found() {
        assert_eq!(findings("Cargo.lock", "source = \"git+https://example.org/a\"\n"), 1);
        assert_eq!(findings("Cargo.lock", "source = \"sparse+https://crates.example.org/\"\n"), 1);
        assert_eq!(findings("a/package-lock.json", "\"resolved\": \"https://npm.example.org/a.tgz\",\n"), 1);
        assert_eq!(findings("a/package-lock.json", "\"resolved\": \"git+ssh://git@example.org/a.git\",\n"), 1);
        assert_eq!(findings("yarn.lock", ""), 1);
    }
}
