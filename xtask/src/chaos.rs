//! The fault test and the soak: built with the server's feature `chaos`, run once, or run with each safeguard taken away.

use std::process::Command;
use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::setup;
use crate::tool::{self, tool};

/// What the part `faults` of the tests runs: long enough for every kind of fault to come once.
const SHORT: Run<'_> = Run { kind: FAULTS, seconds: "60", seed: "1" };
/// The soak that goes with it: long enough for a leak with every stream to show.
const SHORT_SOAK: Run<'_> = Run { kind: SOAK, seconds: "40", seed: "1" };

/// A safeguard that can be taken away, and a run that must notice. docs/FAULTS.md says what each is.
const SABOTAGES: [(&str, Run<'_>); 10] = [
    ("no-poll", PROOF),
    ("no-gap-check", PROOF),
    ("publish-only", PROOF),
    ("sequence", PROOF),
    ("clear-on-connect", PROOF),
    ("ids-on-replay", PROOF),
    ("lead-back", PROOF),
    ("leak", SHORT_SOAK),
    ("deathless-streams", SHORT_SOAK),
    ("cut-all-streams", SHORT_SOAK),
];

/// It ends with the first check that finds something.
const PROOF: Run<'_> = Run { kind: FAULTS, seconds: "180", seed: "1" };

/// How the test is told what to run, and for how long.
const FAULTS: &str = "--seconds";
const SOAK: &str = "--soak";

/// The features and the target that the test needs.
const TEST: [&str; 6] = ["--package", "server", "--features", "chaos", "--test", "chaos"];

struct Run<'a> {
    kind: &'a str,
    seconds: &'a str,
    seed: &'a str,
}

/// One run of the length and seed that a person gives.
pub(crate) fn run(words: &[&str]) -> Outcome {
    run_kind(FAULTS, words)
}

/// The same for what servers hold in the long run.
pub(crate) fn soak(words: &[&str]) -> Outcome {
    run_kind(SOAK, words)
}

fn run_kind(kind: &str, words: &[&str]) -> Outcome {
    let (mut seconds, mut seed) = (60, "1");
    for pair in words.chunks(2) {
        let &[name, value] = pair else { return Err(usage()) };
        let number: u64 = value.parse().map_err(|_| usage())?;
        match name {
            "--minutes" => seconds = number * 60,
            "--seconds" => seconds = number,
            "--seed" => seed = value,
            _ => return Err(usage()),
        }
    }
    prepare()?;
    tool::run(&mut command(&Run { kind, seconds: &seconds.to_string(), seed }, None))
}

/// The short runs.
pub(crate) fn test() -> Outcome {
    prepare()?;
    tool::run(&mut command(&SHORT, None))?;
    tool::run(&mut command(&SHORT_SOAK, None))
}

/// Takes each safeguard away in turn. A run that finds nothing is a failure.
pub(crate) fn prove() -> Outcome {
    prepare()?;
    tool::run(tool("cargo", &["build"]).args(TEST))?;
    let mut blind = Vec::new();
    println!("\n{:<18} {:>6}  found", "taken away", "time");
    for (name, run) in &SABOTAGES {
        let start = Instant::now();
        let output = command(run, Some(name)).output().map_err(|error| Failure::step(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("violations of ")).collect();
        let seconds = start.elapsed().as_secs();
        if found.is_empty() {
            blind.push(*name);
            println!("{name:<18} {seconds:>4} s  NOTHING ({})\n{text}", output.status);
        }
        for (index, line) in found.into_iter().enumerate() {
            let kind_and_count = line.split_once(", the first").map_or(line, |(head, _)| head);
            let time = if index == 0 { format!("{seconds} s") } else { String::new() };
            println!("{:<18} {time:>6}  {kind_and_count}", if index == 0 { name } else { "" });
        }
    }
    if blind.is_empty() {
        return Ok(());
    }
    Err(Failure::step(format!("the fault test does not notice that these are taken away: {}", blind.join(", "))))
}

fn prepare() -> Outcome {
    setup::ensure(&setup::COMPILER)?;
    setup::ensure(&setup::POSTGRES)?;
    setup::ensure(&setup::REDIS)
}

fn command(run: &Run<'_>, sabotage: Option<&str>) -> Command {
    let mut command = tool("cargo", &["test", "--quiet"]);
    command.args(TEST).args(["--", run.kind, run.seconds, "--seed", run.seed]);
    command.args(sabotage.map(|name| ["--sabotage", name]).into_iter().flatten());
    command
}

fn usage() -> Failure {
    Failure::usage("cargo xtask chaos or soak [--minutes N | --seconds N] [--seed N], or cargo xtask chaos --prove")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_refused() {
        for words in [&["--minutes"][..], &["--minutes", "x"], &["--hours", "1"]] {
            assert!(matches!(run(words), Err(Failure::Usage(_))), "{words:?}");
        }
    }
}
