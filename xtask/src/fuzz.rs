//! The core's fuzz targets: built with cargo-fuzz, and run for some seconds each. What a run finds stays for the next one.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::tool::{self, tool};
use crate::{repository, setup};

const FOLDER: &str = "core-nostd/fuzz";
const TARGETS: [&str; 3] = ["sse_parser", "sync_client", "snapshot_import"];
/// For each target, where the command line doesn't say.
const SECONDS: &str = "10";
/// The longest input. Longer ones find nothing new and take time.
const LONGEST: &str = "4096";

/// Runs what the words ask for: `[target] [seconds]`.
pub(crate) fn run(words: &[&str]) -> Outcome {
    match words {
        [] => run_all(SECONDS),
        [seconds] if is_number(seconds) => run_all(seconds),
        [target] if TARGETS.contains(target) => run_each(&[target], SECONDS),
        [target, seconds] if TARGETS.contains(target) && is_number(seconds) => run_each(&[target], seconds),
        _ => {
            Err(Failure::usage(format!("cargo xtask fuzz [target] [seconds]; the targets are {}", TARGETS.join(", "))))
        }
    }
}

/// The short run, of all targets.
pub(crate) fn test() -> Outcome {
    run_all(SECONDS)
}

fn run_all(seconds: &str) -> Outcome {
    run_each(&TARGETS, seconds)
}

fn run_each(targets: &[&str], seconds: &str) -> Outcome {
    setup::ensure(&setup::CXX_COMPILER)?;
    setup::ensure(&setup::CARGO_FUZZ)?;
    let names: Vec<&str> = targets.iter().copied().filter(|target| !finds_nothing(target, seconds)).collect();
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
fn finds_nothing(target: &str, seconds: &str) -> bool {
    let outcome = run_target(target, seconds);
    if let Err(failure) = &outcome {
        println!("{failure}");
    }
    outcome.is_ok()
}

fn run_target(target: &str, seconds: &str) -> Outcome {
    let corpus = repository::scratch("fuzz").join("corpus").join(target);
    for folder in [&corpus, &artifacts()] {
        fs::create_dir_all(folder)
            .map_err(|error| Failure::step(format!("{} cannot be made: {error}", folder.display())))?;
    }
    let folder = repository::root().join(FOLDER);
    // A broken sum that wraps in a release is a finding too.
    let mut command = tool("cargo", &["fuzz", "run", "--debug-assertions", "--fuzz-dir", FOLDER, "--target-dir"]);
    command.arg(repository::root().join("target").join("fuzz")).arg(target);
    command.arg(corpus).arg(folder.join("seeds").join(target)).arg("--");
    command.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={LONGEST}"));
    command.arg(format!("-dict={}", folder.join("stream.dict").display()));
    command.arg(format!("-artifact_prefix={}/{target}-", artifacts().display()));
    // Ten seconds for one input, or half a gigabyte, is a finding: a client has bounds.
    command.args(["-timeout=10", "-rss_limit_mb=512", "-print_final_stats=1"]);
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
    fn the_targets_are_those_of_the_package() {
        let manifest = fs::read_to_string(repository::root().join(FOLDER).join("Cargo.toml")).unwrap();
        let names: Vec<&str> = manifest
            .lines()
            .skip_while(|line| *line != "[[bin]]")
            .filter_map(|line| line.strip_prefix("name = "))
            .collect();
        assert_eq!(names, TARGETS.map(|name| format!("\"{name}\"")));
    }

    #[test]
    fn what_is_no_target_and_no_number_is_refused() {
        for words in [&["no_target"][..], &["sse_parser", "soon"], &["5", "sse_parser"], &["-1"]] {
            assert!(matches!(run(words), Err(Failure::Usage(_))), "{words:?}");
        }
    }
}
