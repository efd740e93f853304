//! The places where the version stands: of every manifest, lock file and description of what is published.

use std::ops::Range;

/// Where a version stands in a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub(crate) line: usize,
    /// What stands there.
    pub(crate) version: String,
    bytes: Range<usize>,
}

/// The scope of our npm packages.
const SCOPE: &str = "@sidekick-flags/";

/// Files with what stands before the version in a line of theirs. Each has such a line; a test says so.
const LINES: &[(&str, &str)] = &[
    ("Cargo.toml", "version = \""),
    ("core-nostd/fuzz/Cargo.toml", "version = \""),
    ("docker/Dockerfile.full", "org.opencontainers.image.version=\""),
    ("docker/Dockerfile.server", "org.opencontainers.image.version=\""),
    ("docker/docker-compose.full.yml", "image: sidekick-full:"),
    ("docker/kubernetes/kustomization.yaml", "newTag: "),
    ("flutter/android/build.gradle.kts", "version = \""),
    ("flutter/ios/sidekick_flutter.podspec", "s.version = '"),
    ("flutter/pubspec.yaml", "version: "),
    ("mobile/README.md", "npm install …/mobile/packed/sidekick-flags-react-native-"),
    ("mobile/example/package.json", "\"@sidekick-flags/react-native\": \"file:../packed/sidekick-flags-react-native-"),
    ("server/openapi.json", "\"version\": \""),
];

/// All places in a file; most files have none.
pub(crate) fn all(path: &str, text: &str) -> Vec<Place> {
    let prefixes: Vec<&str> = LINES.iter().filter(|(file, _)| *file == path).map(|(_, before)| *before).collect();
    if !prefixes.is_empty() {
        return with_prefix(text, |line| prefixes.iter().copied().find(|before| line.starts_with(before)));
    }
    match path.rsplit('/').next() {
        Some("package.json" | "package-lock.json") => of_npm(text),
        Some("Cargo.lock") => of_cargo_lock(text),
        _ => Vec::new(),
    }
}

/// The text with another version at these places of it.
pub(crate) fn replace(text: &str, places: &[Place], version: &str) -> String {
    let mut replaced = text.to_owned();
    for place in places.iter().rev() {
        replaced.replace_range(place.bytes.clone(), version);
    }
    replaced
}

/// The paths of [`LINES`].
pub(crate) fn named_files() -> impl Iterator<Item = &'static str> {
    LINES.iter().map(|(path, _)| *path)
}

/// The places after what `before` finds at the beginning of a line, blanks aside.
fn with_prefix<'a>(text: &'a str, mut before: impl FnMut(&'a str) -> Option<&'a str>) -> Vec<Place> {
    let mut places = Vec::new();
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_start();
        if let Some(prefix) = before(trimmed) {
            let begin = start + line.len() - trimmed.len() + prefix.len();
            let rest = text.get(begin..).unwrap_or_default();
            let version = leading_version(rest);
            if !version.is_empty() {
                let bytes = begin..begin + version.len();
                places.push(Place { line: index + 1, version: version.to_owned(), bytes });
            }
        }
        start += line.len();
    }
    places
}

/// `1.2.3` or `1.2.3-rc.1` where the text begins with one, without the `.tgz` after it.
fn leading_version(text: &str) -> &str {
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return "";
    }
    let is_part = |character: char| character.is_ascii_alphanumeric() || ".-".contains(character);
    let word = text.split(|character| !is_part(character)).next().unwrap_or_default();
    word.strip_suffix(".tgz").unwrap_or(word)
}

/// Of our packages: their versions, and the versions of others of ours that they ask for. What is never published has the
/// version 0.0.0 and keeps it.
fn of_npm(text: &str) -> Vec<Place> {
    const VERSION: &str = "\"version\": \"";
    let mut is_ours = false;
    let mut places = with_prefix(text, |line| {
        if line.starts_with("\"name\": \"") {
            is_ours = line.contains(SCOPE);
        }
        // Within an entry the name comes first; the next one may have none.
        if line.starts_with('}') {
            is_ours = false;
        }
        if line.starts_with(VERSION) {
            return Some(VERSION).filter(|_| is_ours);
        }
        // "@sidekick-flags/browser": "0.1.0"
        let dependency = line.strip_prefix('"').is_some_and(|name| name.starts_with(SCOPE));
        dependency.then(|| line.find("\": \"").and_then(|end| line.get(..end + 4))).flatten()
    });
    places.retain(|place| place.version != "0.0.0");
    places
}

/// Of packages without a source, which are those of the repository.
fn of_cargo_lock(text: &str) -> Vec<Place> {
    const VERSION: &str = "version = \"";
    let mut places = Vec::new();
    let mut line = 1;
    let mut start = 0;
    for entry in text.split_inclusive("\n\n") {
        if entry.contains("[[package]]") && !entry.contains("\nsource = ") {
            places.extend(with_prefix(entry, |line| line.starts_with(VERSION).then_some(VERSION)).into_iter().map(
                |place| Place {
                    line: line + place.line - 1,
                    bytes: start + place.bytes.start..start + place.bytes.end,
                    ..place
                },
            ));
        }
        line += entry.matches('\n').count();
        start += entry.len();
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(usize, String)> {
        all(path, text).into_iter().map(|place| (place.line, place.version)).collect()
    }

    #[test]
    fn the_versions_of_our_npm_packages_are_found_and_no_others() {
        let manifest = "{\n  \"name\": \"@sidekick-flags/x\",\n  \"description\": \"d\",\n  \"version\": \"1.2.3\",\n  \
                        \"devDependencies\": {\n    \"@sidekick-flags/y\": \"1.2.2\",\n    \"vite\": \"8.0.0\"\n  }\n}\n";
        assert_eq!(found("js/x/package.json", manifest), [(4, "1.2.3".to_owned()), (6, "1.2.2".to_owned())]);
        let lock = "{\n  \"name\": \"example\",\n  \"version\": \"9.0.0\",\n  \"packages\": {\n    \"../..\": {\n      \
                    \"name\": \"@sidekick-flags/x\",\n      \"version\": \"1.2.3\"\n    },\n    \"node_modules/vite\": {\n      \
                    \"version\": \"8.0.0\"\n    },\n    \"node_modules/@sidekick-flags/x\": {\n      \"resolved\": \"../..\"\n";
        assert_eq!(found("js/x/package-lock.json", lock), [(7, "1.2.3".to_owned())]);
        assert_eq!(found("a/package.json", "  \"@sidekick-flags/x\": \"file:../..\"\n"), []);
        let bench = "  \"name\": \"@sidekick-flags/bench\",\n  \"version\": \"0.0.0\",\n";
        assert_eq!(found("a/package.json", bench), []);
    }

    #[test]
    fn the_versions_of_our_crates_are_found_in_a_lock_file() {
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"7.0.0\"\nsource = \"registry\"\n\n[[package]]\n\
                    name = \"server\"\nversion = \"1.2.3\"\n";
        assert_eq!(found("Cargo.lock", lock), [(10, "1.2.3".to_owned())]);
        assert!(
            replace(lock, &all("Cargo.lock", lock), "2.0.0-rc.1").ends_with("\"server\"\nversion = \"2.0.0-rc.1\"\n")
        );
    }

    #[test]
    fn the_name_of_a_package_file_ends_before_its_extension() {
        let text =
            "    \"@sidekick-flags/react-native\": \"file:../packed/sidekick-flags-react-native-0.1.0-rc.1.tgz\",\n";
        assert_eq!(found("mobile/example/package.json", text), [(1, "0.1.0-rc.1".to_owned())]);
    }

    #[test]
    fn other_files_have_no_version() {
        assert_eq!(found("server/Cargo.toml", "version = \"1.2.3\"\n"), []);
        assert_eq!(found("README.md", "0.1.0\n"), []);
    }
}
