//! `cargo xtask release X.Y.Z`: one version for everything that is published, and a section of the changelog for it.

pub(crate) mod place;

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Outcome};
use crate::repository;
use crate::tool::{output, tool};
use place::Place;

const CHANGELOG: &str = "CHANGELOG.md";
/// pub.dev shows it, and wants a section for each version: what to say to Flutter's users is for a person to write.
const FLUTTER_CHANGELOG: &str = "flutter/CHANGELOG.md";
const UNRELEASED: &str = "## Unreleased\n";

/// Writes the version everywhere, and dates the changelog. Nothing is written where anything is amiss.
pub(crate) fn set(version: &str) -> Outcome {
    if !is_version(version) {
        return Err(Failure::usage(format!("`{version}` is no version; 1.2.3 or 1.2.3-rc.1 is, without a v")));
    }
    let root = repository::root();
    let mut changed = Vec::new();
    for path in output(&mut tool("git", &["ls-files", "-z"]))?.split('\0') {
        // What is no text has no version.
        let Ok(text) = fs::read_to_string(root.join(path)) else { continue };
        let replaced = place::replace(&text, &place::all(path, &text), version);
        if replaced != text {
            changed.push((path.to_owned(), replaced));
        }
    }
    let flutter = read(&root, FLUTTER_CHANGELOG)?;
    if !flutter.lines().any(|line| line == format!("## {version}")) {
        return Err(Failure::step(format!(
            "{FLUTTER_CHANGELOG} has no section `## {version}`; write there what changes for Flutter's users"
        )));
    }
    let date = output(&mut tool("date", &["-u", "+%Y-%m-%d"]))?;
    changed.push((CHANGELOG.to_owned(), dated(&read(&root, CHANGELOG)?, version, date.trim())?));
    for (path, text) in changed {
        fs::write(root.join(&path), text)
            .map_err(|error| Failure::step(format!("{path} cannot be written: {error}")))?;
        println!("{path}");
    }
    println!("\nLook at it, commit it, and push the tag v{version}: the workflows publish what it names.");
    Ok(())
}

/// Tells whether all places agree, and says what they say.
pub(crate) fn check() -> Outcome {
    let root = repository::root();
    let mut places: Vec<(String, Place)> = Vec::new();
    for path in output(&mut tool("git", &["ls-files", "-z"]))?.split('\0') {
        let Ok(text) = fs::read_to_string(root.join(path)) else { continue };
        places.extend(place::all(path, &text).into_iter().map(|place| (path.to_owned(), place)));
    }
    let version = places.first().map_or("", |(_, place)| place.version.as_str()).to_owned();
    let others: Vec<String> = places
        .iter()
        .filter(|(_, place)| place.version != version)
        .map(|(path, place)| format!("  {path}:{}: {}", place.line, place.version))
        .collect();
    if others.is_empty() {
        println!("{version}, in {} places", places.len());
        return Ok(());
    }
    Err(Failure::step(format!("not everything is {version}:\n{}", others.join("\n"))))
}

fn read(root: &Path, path: &str) -> Outcome<String> {
    fs::read_to_string(root.join(path)).map_err(|error| Failure::step(format!("{path} cannot be read: {error}")))
}

/// `1.2.3`, perhaps with `-rc.1`: what cargo, npm and pub.dev all take.
fn is_version(text: &str) -> bool {
    let (numbers, label) = text.split_once('-').map_or((text, None), |(numbers, label)| (numbers, Some(label)));
    let is_number = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && label.is_none_or(|label| label.split('.').all(is_word))
}

/// What was unreleased gets a heading of its own.
fn dated(changelog: &str, version: &str, date: &str) -> Outcome<String> {
    if changelog.contains(&format!("## {version} ")) {
        return Err(Failure::step(format!(
            "{CHANGELOG} has a section for {version}; choose a version that is not there"
        )));
    }
    let (before, after) = changelog
        .split_once(UNRELEASED)
        .ok_or_else(|| Failure::step(format!("{CHANGELOG} has no section `Unreleased`; a release says what is new")))?;
    let news = after.split("\n## ").next().unwrap_or_default();
    if news.trim().is_empty() {
        return Err(Failure::step(format!("nothing is unreleased in {CHANGELOG}; a release says what is new")));
    }
    Ok(format!("{before}{UNRELEASED}\n## {version} - {date}\n{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_that_every_registry_takes() {
        for good in ["0.1.0", "1.20.3", "2.0.0-rc.1", "1.0.0-alpha-2"] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["v1.0.0", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-a..b", "1.0.0+x", "1.a.0", ""] {
            assert!(!is_version(bad), "{bad}");
        }
    }

    #[test]
    fn what_was_unreleased_is_dated() {
        let text = dated("# C\n\n## Unreleased\n\n### Added\n\n- X.\n", "1.0.0", "2026-12-01").unwrap();
        assert_eq!(text, "# C\n\n## Unreleased\n\n## 1.0.0 - 2026-12-01\n\n### Added\n\n- X.\n");
        let again = dated(&text, "1.1.0", "2026-12-02").unwrap_err();
        assert!(again.to_string().contains("nothing is unreleased"), "{again}");
        assert!(dated(&text, "1.0.0", "2026-12-02").is_err() && dated("# C\n", "1.0.0", "2026-12-02").is_err());
    }
}
