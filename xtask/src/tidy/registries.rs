//! No file chooses where packages come from: that is a matter of the machine, and a reader's differs from the writer's.

use super::finding::Finding;
use super::tree::{File, Tree};

/// How the package clients are told another place, in pieces, so that this file doesn't find itself.
const CHOICES: [&str; 7] = [
    concat!("index", "-url"),
    concat!("index", "_url"),
    concat!("find", "-links"),
    concat!("replace", "-with"),
    concat!("--reg", "istry"),
    concat!("npm_config_reg", "istry"),
    concat!("--ind", "ex "),
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let files = tree.files.iter().filter(|file| file.extension() != "md" && !file.name().ends_with("lock.json"));
    files.flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Finding> {
    let is_npm_setting = matches!(file.name(), ".npmrc" | ".yarnrc" | ".yarnrc.yml");
    let is_cargo_setting = file.folder().ends_with(".cargo") || file.name() == "Cargo.toml";
    let chooses = |line: &str| {
        CHOICES.iter().any(|choice| line.to_lowercase().contains(choice))
            || (is_npm_setting && line.contains("registry"))
            || (is_cargo_setting
                && (line.starts_with("[source") || line.starts_with("[registr") || line.contains("registry =")))
    };
    let lines = file.lines().filter(|(_, line)| chooses(line));
    lines
        .map(|(number, line)| {
            Finding::at(
                file,
                number,
                format!("`{}` chooses a registry", line.trim()),
                "leave it to the machine's own settings",
            )
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
    fn files_that_choose_nothing_pass() {
        assert_eq!(findings("vectors/requirements.txt", "mmh3==5.1.0\n"), 0);
        assert_eq!(findings(".npmrc", "engine-strict=true\n"), 0);
        assert_eq!(findings("server/src/metrics.rs", "let registry = Registry::new();\n"), 0);
        assert_eq!(findings(".cargo/config.toml", "[alias]\n"), 0);
    }

    #[test]
    fn files_that_choose_are_found() {
        assert_eq!(findings("vectors/requirements.txt", &format!("--{} https://example.org\n", CHOICES[0])), 1);
        assert_eq!(findings(".npmrc", "registry=https://example.org\n"), 1);
        assert_eq!(findings(".cargo/config.toml", "[source.crates-io]\n"), 1);
        assert_eq!(findings("Cargo.toml", "x = { version = \"1\", registry = \"ours\" }\n"), 1);
        assert_eq!(findings("docker/Dockerfile", &format!("RUN npm ci {} https://example.org\n", CHOICES[4])), 1);
    }
}
