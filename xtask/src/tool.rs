//! Running other programs: shown as they run, read in silence, or stopped when they take too long.

use std::ffi::OsStr;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::repository;
use crate::transcript::Transcript;

/// What cargo tells a program that it runs about that program. A cargo started from here must not inherit it: build
/// scripts that watch such a variable would be built again each time a person changes between `cargo` and `cargo xtask`.
const OWN_CARGO_VARIABLES: [&str; 4] = ["CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"];

/// A command in the repository's root. No standard input: a program that asks a question fails instead of waiting.
pub(crate) fn tool(program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(repository::root()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let is_own = name.to_str().is_some_and(|name| OWN_CARGO_VARIABLES.iter().any(|own| name.starts_with(own)));
        if is_own {
            command.env_remove(name);
        }
    }
    command
}

/// Prints the command and runs it with its output shown.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = shown(command);
    println!("$ {shown}");
    let (status, said) =
        Transcript::of(command).map_err(|error| Failure::step(format!("`{shown}` could not start: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::Program(format!("`{shown}` failed ({status})"), said)) }
}

/// Runs the command in silence and gives its standard output; its standard error is part of the failure.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output =
        command.output().map_err(|error| Failure::step(format!("`{}` could not start: {error}", shown(command))))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::step(format!("`{}` failed ({}): {}", shown(command), output.status, said.trim())))
}

/// Asks a process to end (SIGTERM), by a shell: not every machine has `kill` as a program.
pub(crate) fn terminate(process: u32) -> Outcome {
    output(&mut tool("sh", &["-c", "kill \"$0\"", &process.to_string()])).map(drop)
}

/// As [`output`], for commands of which none waits for another: as many at a time as there are processors. After a failure
/// no other is begun.
pub(crate) fn output_of_all(commands: Vec<Command>) -> Outcome {
    let waiting = Mutex::new(commands.into_iter());
    let next = || waiting.lock().ok().and_then(|mut commands| commands.next());
    let work = || {
        while let Some(mut command) = next() {
            if let Err(failure) = output(&mut command) {
                while next().is_some() {}
                return Err(failure);
            }
        }
        Ok(())
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(work)).collect();
        let outcomes =
            workers.into_iter().map(|worker| worker.join().map_err(|_| Failure::step("a worker was lost"))?);
        outcomes.fold(Ok(()), Result::and)
    })
}

/// As [`run`], but ends the program after `limit`: for steps that wait on a network that may never answer.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Outcome {
    let shown = shown(command);
    println!("$ {shown}");
    let mut child = command.spawn().map_err(|error| Failure::step(format!("`{shown}` could not start: {error}")))?;
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(Failure::step(format!("`{shown}` failed ({status})"))),
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(50)),
            Ok(None) => {
                // A child that ended by itself in the meantime is as good as one that was ended.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failure::step(format!("`{shown}` gave no answer within {} s", limit.as_secs())));
            }
            Err(error) => return Err(Failure::step(format!("`{shown}` was lost: {error}"))),
        }
    }
}

/// Whether the command runs and succeeds; says nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The numbers of the first dotted version in a text such as `v20.20.2` or `rustc 1.96.0 (…)`.
pub(crate) fn version(text: &str) -> Option<Vec<u32>> {
    let word = text
        .split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    word.split(['.', '-', '+']).map_while(|number| number.parse().ok()).map(Some).collect()
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_their_numbers() {
        assert_eq!(version("v20.20.2\n"), Some(vec![20, 20, 2]));
        assert_eq!(version("rustc 1.96.0-nightly (abc 2026-01-01)"), Some(vec![1, 96, 0]));
        assert_eq!(version("cargo-deny 0.20.2"), Some(vec![0, 20, 2]));
        assert_eq!(version("no number"), None);
        assert!(version("v9.11.0") < version("v20.0.0"));
    }

    #[test]
    fn a_failed_program_names_itself_and_what_it_said() {
        let failure = output(&mut tool("git", &["no-such-command"])).unwrap_err().to_string();
        assert!(failure.contains("`git no-such-command` failed"), "{failure}");
        assert!(failure.contains("not a git command"), "{failure}");
    }

    #[test]
    fn of_several_programs_all_run_and_the_one_that_failed_says_so() {
        let sleep = |seconds: &str| tool("sleep", &[seconds]);
        let begin = Instant::now();
        output_of_all(vec![sleep("0.1"), sleep("0.1"), sleep("0.1")]).unwrap();
        assert!(begin.elapsed() >= Duration::from_millis(100));
        let failure = output_of_all(vec![sleep("0.1"), tool("git", &["no-such-command"]), sleep("0.1")]).unwrap_err();
        assert!(failure.to_string().contains("not a git command"), "{failure}");
        output_of_all(Vec::new()).unwrap();
    }

    #[test]
    fn a_program_that_does_not_answer_is_ended() {
        let failure = run_within(&mut tool("sleep", &["30"]), Duration::from_millis(100)).unwrap_err().to_string();
        assert!(failure.contains("gave no answer"), "{failure}");
    }
}
