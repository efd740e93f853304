//! Who may depend on whom: the core on nothing of ours, and on the server nobody but the benches and its fuzz targets.

use super::finding::Finding;
use super::tree::{File, Tree};

const CORE: &str = "sidekick-core";
const SERVER: &str = "server";
/// Who measures it, and who feeds it.
const OF_SERVER: [&str; 2] = ["benches", "server-fuzz"];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let manifests: Vec<Manifest<'_>> =
        tree.files.iter().filter(|file| file.name() == "Cargo.toml").map(Manifest::read).collect();
    let ours: Vec<&str> = manifests.iter().filter_map(|manifest| manifest.package).collect();
    let mut findings = Vec::new();
    for manifest in &manifests {
        let package = manifest.package.unwrap_or_default();
        for dependency in &manifest.dependencies {
            let at = |wrong: String, right: &str| Finding::at(manifest.file, dependency.line, wrong, right);
            if dependency.name == SERVER && !OF_SERVER.contains(&package) {
                findings.push(at(
                    format!("`{package}` depends on the server"),
                    "nothing but the benches and the fuzz targets does: move what is shared into the core",
                ));
            }
            if package == CORE && ours.contains(&dependency.name) {
                findings.push(at(
                    format!("the core depends on our `{}`", dependency.name),
                    "the core depends on nothing of ours",
                ));
            }
        }
    }
    findings
}

struct Manifest<'a> {
    file: &'a File,
    package: Option<&'a str>,
    dependencies: Vec<Dependency<'a>>,
}

struct Dependency<'a> {
    name: &'a str,
    line: usize,
}

impl<'a> Manifest<'a> {
    /// Reads the plain form in which manifests are written: one key a line.
    fn read(file: &'a File) -> Self {
        let mut manifest = Self { file, package: None, dependencies: Vec::new() };
        let mut section = "";
        for (line, text) in file.lines() {
            let text = text.trim();
            if let Some(header) = text.strip_prefix('[') {
                section = header.trim_end_matches(']');
                // `[dependencies.name]`
                let named = section.rsplit_once('.').filter(|(table, _)| is_dependency_table(table));
                manifest.dependencies.extend(named.map(|(_, name)| Dependency { name: name.trim_matches('"'), line }));
                continue;
            }
            let Some((key, value)) = text.split_once('=') else { continue };
            // `name.workspace = true` is `name` too.
            let key = key.trim().split('.').next().unwrap_or_default().trim_matches('"');
            if section == "package" && key == "name" {
                manifest.package = Some(value.trim().trim_matches('"'));
            }
            if is_dependency_table(section) {
                // `alias = { package = "name" }`
                let renamed = value.split_once("package = \"").and_then(|(_, name)| name.split('"').next());
                manifest.dependencies.push(Dependency { name: renamed.unwrap_or(key), line });
            }
        }
        manifest
    }
}

/// `dependencies`, `dev-dependencies`, `build-dependencies`, also of a target; not the workspace's list of versions.
fn is_dependency_table(section: &str) -> bool {
    section != "workspace.dependencies" && section.rsplit(['.', '-']).next() == Some("dependencies")
}

#[cfg(test)]
mod tests {
    use super::super::tree::tree;
    use super::*;

    const SERVER_MANIFEST: (&str, &str) =
        ("server/Cargo.toml", "[package]\nname = \"server\"\n[dependencies]\nsidekick-core.workspace = true\n");

    fn findings(package: &str, rest: &str) -> usize {
        let text = format!("[package]\nname = \"{package}\"\n{rest}");
        check(&tree(&[SERVER_MANIFEST, ("x/Cargo.toml", &text)])).len()
    }

    #[test]
    fn the_design_passes() {
        assert_eq!(findings("benches", "[dependencies]\nserver.workspace = true\n"), 0);
        assert_eq!(
            findings("sidekick-core", "[dependencies]\nhashbrown = \"0.16\"\n[dev-dependencies]\nserde_json = \"1\"\n"),
            0
        );
        assert_eq!(
            check(&tree(&[("Cargo.toml", "[workspace.dependencies]\nserver = { path = \"server\" }\n")])).len(),
            0
        );
    }

    #[test]
    fn a_package_that_depends_on_the_server_is_found() {
        assert_eq!(findings("ffi", "[dependencies]\nserver.workspace = true\n"), 1);
        assert_eq!(findings("ffi", "[dev-dependencies]\nserver = { path = \"../server\" }\n"), 1);
        assert_eq!(findings("ffi", "[dependencies.server]\npath = \"../server\"\n"), 1);
        assert_eq!(findings("ffi", "[dependencies]\nbackend = { package = \"server\", path = \"../server\" }\n"), 1);
        assert_eq!(findings("ffi", "[target.'cfg(unix)'.dependencies]\nserver.workspace = true\n"), 1);
    }

    #[test]
    fn a_core_that_depends_on_ours_is_found() {
        let hash = ("hash/Cargo.toml", "[package]\nname = \"sidekick-hash\"\n");
        let core = (
            "core-nostd/Cargo.toml",
            "[package]\nname = \"sidekick-core\"\n[dependencies]\nsidekick-hash = { path = \"../hash\" }\n",
        );
        assert_eq!(check(&tree(&[hash, core])).len(), 1);
    }
}
