//! What a program says, shown as it says it. The lines that tell why it failed are kept: among ten thousand lines of all
//! the tests they are hard to find.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, IsTerminal, PipeReader, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

/// How the lines begin with which Rust's and Node's tests start to tell what failed.
const REPORTS: [&str; 2] = ["failures:", "✖ failing tests:"];

/// How the line begins that ends such a report of Rust's.
const RESULT: &str = "test result:";

/// The most lines of reports that are kept.
const REPORT_LINES: usize = 120;

/// How many of the last lines are kept, for programs that write no such report.
const LAST_LINES: usize = 30;

/// How long to wait for the rest of what an ended program said. A service that it left running has the pipe open for ever.
const PATIENCE: Duration = Duration::from_secs(1);

/// The lines of a program's output that tell why it failed.
#[derive(Default)]
pub(crate) struct Transcript {
    report: Vec<String>,
    in_report: bool,
    last: VecDeque<String>,
}

impl Transcript {
    /// Runs the program, and gives how it ended and why.
    ///
    /// At a terminal it writes there itself, with its colours and bars, and nothing is kept: a person can scroll back.
    pub(crate) fn of(command: &mut Command) -> io::Result<(ExitStatus, Vec<String>)> {
        if io::stdout().is_terminal() && io::stderr().is_terminal() {
            return Ok((command.status()?, Vec::new()));
        }
        let (reader, writer) = io::pipe()?;
        let mut child = command.stdout(writer.try_clone()?).stderr(writer).spawn()?;
        // The command holds this side's ends of the pipe, and while they are open the pipe does not end.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let transcript = Arc::new(Mutex::new(Self::default()));
        let (ended, end) = mpsc::channel();
        let shown = Arc::clone(&transcript);
        thread::spawn(move || {
            show(reader, &shown);
            // Nobody waits any more after PATIENCE.
            let _ = ended.send(());
        });
        let status = child.wait()?;
        let _ = end.recv_timeout(PATIENCE);
        let why = transcript.lock().map(|transcript| transcript.why()).unwrap_or_default();
        Ok((status, why))
    }

    fn add(&mut self, line: &str) {
        self.in_report |= REPORTS.iter().any(|start| line.starts_with(start));
        if self.in_report && self.report.len() < REPORT_LINES {
            self.report.push(line.to_owned());
        }
        self.in_report &= !line.starts_with(RESULT);
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
    }

    fn why(&self) -> Vec<String> {
        if self.report.is_empty() { self.last.iter().cloned().collect() } else { self.report.clone() }
    }
}

/// Passes on what comes, line by line, until it ends or cannot be read.
fn show(reader: PipeReader, transcript: &Mutex<Transcript>) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // What cannot be shown (a closed pipe) is still kept.
        let _ = io::stdout().write_all(&line).and_then(|()| io::stdout().flush());
        if let Ok(mut transcript) = transcript.lock() {
            transcript.add(String::from_utf8_lossy(&line).trim_end());
        }
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(lines: &[&str]) -> Vec<String> {
        let mut transcript = Transcript::default();
        lines.iter().for_each(|line| transcript.add(line));
        transcript.why()
    }

    #[test]
    fn the_reports_of_failed_tests_are_kept() {
        let lines = ["running 2 tests", "failures:", "a: 1 is not 2", "test result: FAILED", "running 3 tests"];
        assert_eq!(why(&lines), lines[1..4]);
        let lines = ["✔ one", "✖ failing tests:", "two: no"];
        assert_eq!(why(&lines), lines[1..]);
    }

    #[test]
    fn of_other_programs_the_last_lines_are() {
        let lines: Vec<String> = (0..100).map(|line| line.to_string()).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(why(&lines), lines[70..]);
    }

    #[test]
    fn a_program_that_leaves_another_running_is_not_waited_for() {
        let begin = std::time::Instant::now();
        let (status, _) = Transcript::of(Command::new("sh").args(["-c", "sleep 20 & echo here"])).unwrap();
        assert!(status.success());
        assert!(begin.elapsed() < Duration::from_secs(15));
    }
}
