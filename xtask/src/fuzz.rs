//! The fuzz targets: built with cargo-fuzz, and run for some seconds each. What a run finds stays for the next one.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{repository, setup};

/// A package of targets, in a workspace of its own.
struct Package {
    folder: &'static str,
    targets: &'static [Target],
}

struct Target {
    name: &'static str,
    /// The words for the fuzzer to put together.
    dictionary: &'static str,
}

const PACKAGES: [Package; 2] = [
    Package {
        folder: "core-nostd/fuzz",
        targets: &[
            Target { name: "sse_parser", dictionary: "stream.dict" },
            Target { name: "sync_client", dictionary: "stream.dict" },
            Target { name: "snapshot_import", dictionary: "stream.dict" },
            Target { name: "flag_json", dictionary: "json.dict" },
            Target { name: "flag_patch", dictionary: "json.dict" },
        ],
    },
    Package {
        folder: "server/fuzz",
        targets: &[
            Target { name: "hint", dictionary: "hint.dict" },
            Target { name: "request", dictionary: "request.dict" },
            Target { name: "question", dictionary: "question.dict" },
        ],
    },
];

/// For each target, where the command line doesn't say.
const SECONDS: &str = "10";
/// The longest input. Longer ones find nothing new and take time.
const LONGEST: &str = "4096";

/// Runs what the words ask for: `[target] [seconds]`.
pub(crate) fn run(words: &[&str]) -> Outcome {
    match words {
        [] => run_each(names(), SECONDS, &[]),
        [seconds] if is_number(seconds) => run_each(names(), seconds, &[]),
        [target] if find(target).is_some() => run_each([*target], SECONDS, &[]),
        [target, seconds] if find(target).is_some() && is_number(seconds) => run_each([*target], seconds, &[]),
        _ => Err(usage()),
    }
}

/// Whether the words are a target and seconds, or less.
pub(crate) fn knows(words: &[&str]) -> Outcome {
    match words {
        [] => Ok(()),
        [word] if is_number(word) || find(word).is_some() => Ok(()),
        [target, seconds] if find(target).is_some() && is_number(seconds) => Ok(()),
        _ => Err(usage()),
    }
}

fn usage() -> Failure {
    let names: Vec<&str> = names().collect();
    Failure::usage(format!("cargo xtask fuzz [target] [seconds]; the targets are {}", names.join(", ")))
}

/// The short run, of all targets: what they found and how much they did, without a line for each input on the way.
pub(crate) fn test() -> Outcome {
    run_each(names(), SECONDS, &["-verbosity=0"])
}

/// The folders of the packages, which the workspace does not have.
pub(crate) fn folders() -> impl Iterator<Item = &'static str> {
    PACKAGES.iter().map(|package| package.folder)
}

fn names() -> impl Iterator<Item = &'static str> {
    PACKAGES.iter().flat_map(|package| package.targets).map(|target| target.name)
}

fn find(name: &str) -> Option<(&'static Package, &'static Target)> {
    let of = |package: &'static Package| package.targets.iter().map(move |target| (package, target));
    PACKAGES.iter().flat_map(of).find(|(_, target)| target.name == name)
}

fn run_each<'a>(targets: impl IntoIterator<Item = &'a str>, seconds: &str, options: &[&str]) -> Outcome {
    setup::ensure(&setup::CXX_COMPILER)?;
    setup::ensure(&setup::CARGO_FUZZ)?;
    let targets = targets.into_iter().filter_map(find);
    let names: Vec<&str> = targets
        .filter(|(package, target)| !finds_nothing(package, target, seconds, options))
        .map(|(_, target)| target.name)
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let artifacts = artifacts().display().to_string();
    Err(Failure::step(format!(
        "{} failed; the input that did it, if one was found, is in {artifacts}",
        names.join(", ")
    )))
}

/// Every target runs, for the same reason as every part of the tests does.
fn finds_nothing(package: &Package, target: &Target, seconds: &str, options: &[&str]) -> bool {
    let outcome = run_target(package, target, seconds, options);
    if let Err(failure) = &outcome {
        println!("{failure}");
    }
    outcome.is_ok()
}

fn run_target(package: &Package, target: &Target, seconds: &str, fuzzer_options: &[&str]) -> Outcome {
    let Target { name, dictionary } = target;
    let corpus = repository::scratch("fuzz").join("corpus").join(name);
    for folder in [&corpus, &artifacts()] {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::step(format!("{} cannot be made: {error}", folder.display())))?;
    }
    let folder = repository::root().join(package.folder);
    // A broken sum that wraps in a release is a finding too. Code that no target calls takes a fifth of the build's time.
    let options = ["--debug-assertions", "--strip-dead-code", "--fuzz-dir", package.folder, "--target-dir"];
    let mut command = tool("cargo", &["fuzz", "run"]);
    command.args(options).arg(repository::root().join("target").join("fuzz")).arg(name);
    command.arg(corpus).arg(folder.join("seeds").join(name)).arg("--");
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}"));
    command.arg(format!("-dict={}", folder.join(dictionary).display()));
    command.arg(format!("-artifact_prefix={}/{name}-", artifacts().display()));
    // Ten seconds for one input, or half a gigabyte, is a finding: what is read has bounds.
    command.args(["-timeout=10", "-rss_limit_mb=512", "-print_final_stats=1"]).args(fuzzer_options);
    allow_sanitizer(&mut command);
    tool::run(&mut command)
}

/// The fuzzer's instruments are unstable options of the compiler; the bootstrap variable opens them in a released one,
/// for this build alone.
fn allow_sanitizer(command: &mut Command) {
    let version = tool::output(&mut tool("rustc", &["--version"])).unwrap_or_default();
    if !version.contains("nightly") {
        command.env("RUSTC_BOOTSTRAP", "1");
    }
}

fn artifacts() -> PathBuf {
    repository::scratch("fuzz").join("artifacts")
}

fn is_number(word: &str) -> bool {
    word.parse::<u32>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_are_those_of_the_packages_and_each_has_a_dictionary_and_seeds() {
        for package in &PACKAGES {
            let folder = repository::root().join(package.folder);
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            let names: Vec<&str> = manifest
                .lines()
                .skip_while(|line| *line != "[[bin]]")
                .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
                .collect();
            assert_eq!(names, package.targets.iter().map(|target| target.name).collect::<Vec<_>>());
            for Target { name, dictionary } in package.targets {
                assert!(folder.join(dictionary).is_file(), "{dictionary}");
                assert!(fs::read_dir(folder.join("seeds").join(name)).unwrap().count() > 1, "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_target_and_no_number_is_refused() {
        for words in [&["no_target"][..], &["sse_parser", "soon"], &["5", "sse_parser"], &["-1"]] {
            assert!(matches!(run(words), Err(Failure::Usage(_))), "{words:?}");
        }
    }
}
