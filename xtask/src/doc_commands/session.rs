//! A document's commands, run one after the other by `bash` in a folder of their own, with a server where they ask one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Output};
use std::thread;
use std::time::{Duration, Instant};

use super::command::Command;
use super::server::{Server, in_surroundings_of};
use super::shown::{begins_as_shown, is_shown};
use crate::failure::{Failure, Outcome};
use crate::repository;
use crate::tool::tool;

/// Where the documents say that the server is.
const ADDRESS: &str = "localhost:3000";
/// What they call it where there are several.
const INSTANCE: &str = "$INSTANCE";
/// With which a stream is watched. It does not end.
const WATCH: &str = "curl -N";
/// For what a stream sends at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// For these the server runs: they speak to it, or the document says "while the server runs".
const WITH_SERVER: [&str; 3] = [ADDRESS, INSTANCE, ".backup"];
/// What the server keeps its flags in by default, and here.
const DATABASE: &str = "sidekick.db";
/// How commands begin before which the documents say to stop it: they take the database's file.
const WITHOUT_SERVER: [&str; 3] = ["server export", "server import", "rm -f sidekick.db"];

/// What curl is told beside: no progress, and where the document shows no answer, one of an error is a failure.
const CURL_WITH_ANSWER: &str = "silent\nshow-error\n";
const CURL_WITHOUT: &str = "silent\nshow-error\nfail-with-body\n";

/// What the commands of one document have in common.
pub(super) struct Session {
    folder: PathBuf,
    server: Option<Server>,
}

impl Session {
    /// Makes the document's folder, empty.
    pub(super) fn begin(document: &str) -> Outcome<Self> {
        let folder = repository::scratch("doc-commands").join(document.replace(['/', '.'], "-"));
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        }
        fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
        Ok(Self { folder, server: None })
    }

    /// Runs one command and holds what it prints against what the document shows.
    pub(super) fn run(&mut self, command: &Command) -> Outcome {
        if command.words() == ["cargo", "run", "-p", "server"] {
            self.stop_server()?;
            self.server = Some(Server::start(&self.folder)?);
            return Ok(());
        }
        self.prepare(&command.text)?;
        if command.text.starts_with(WATCH) { self.watch(command) } else { self.run_to_end(command) }
    }

    /// Stops what runs.
    pub(super) fn end(mut self) -> Outcome {
        self.stop_server()
    }

    fn prepare(&mut self, text: &str) -> Outcome {
        // The server makes its database at its start.
        let lacks_database = text.contains(DATABASE) && !self.folder.join(DATABASE).exists();
        let wants_server = WITH_SERVER.iter().any(|sign| text.contains(sign));
        if (wants_server || lacks_database) && self.server.is_none() {
            self.server = Some(Server::start(&self.folder)?);
        }
        if WITHOUT_SERVER.iter().any(|begin| text.starts_with(begin)) { self.stop_server() } else { Ok(()) }
    }

    fn stop_server(&mut self) -> Outcome {
        self.server.take().map_or(Ok(()), Server::stop)
    }

    fn run_to_end(&self, command: &Command) -> Outcome {
        let mut shell = self.shell(command)?;
        let Output { status, stdout, stderr } =
            shell.output().map_err(|error| Failure::step(format!("bash could not start: {error}")))?;
        let (printed, complaints) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        if !status.success() {
            return Err(Failure::step(format!("failed ({status}): {}{}", printed.trim(), complaints.trim())));
        }
        match &command.shown {
            Some(shown) if !is_shown(shown, &printed) => Err(differs(shown, &printed)),
            _ => Ok(()),
        }
    }

    fn watch(&self, command: &Command) -> Outcome {
        let log = self.folder.join("watched.txt");
        let output = File::create(&log).map_err(|error| failed(&log, &error))?;
        let mut child = self
            .shell(command)?
            .stdout(output)
            .spawn()
            .map_err(|error| Failure::step(format!("bash could not start: {error}")))?;
        let shown = command.shown.as_deref().unwrap_or_default();
        let end = Instant::now() + PATIENCE;
        let outcome = loop {
            let printed = fs::read_to_string(&log).unwrap_or_default();
            if !printed.is_empty() && begins_as_shown(shown, &printed) {
                break Ok(());
            }
            if Instant::now() >= end {
                break Err(differs(shown, &printed));
            }
            thread::sleep(Duration::from_millis(20));
        };
        // It would go on for good; one that has ended by itself is no worse.
        let _ = child.kill();
        let _ = child.wait();
        outcome
    }

    /// The command in a shell that gives up at the first fault.
    fn shell(&self, command: &Command) -> Outcome<Process> {
        let address = self.server.as_ref().map_or(ADDRESS, |server| server.address.as_str());
        let text = command.text.replace(ADDRESS, address);
        // A stream is ended by its process, which must be curl and not the shell.
        let text = if command.text.starts_with(WATCH) { format!("exec {text}") } else { text };
        let curl = if command.shown.is_some() { CURL_WITH_ANSWER } else { CURL_WITHOUT };
        let settings = self.folder.join(".curlrc");
        fs::write(&settings, curl).map_err(|error| failed(&settings, &error))?;
        let mut shell = tool("bash", &["-euo", "pipefail", "-c", &text]);
        in_surroundings_of(&mut shell, &self.folder);
        shell.current_dir(&self.folder).env("CURL_HOME", &self.folder).env("PATH", path_with_server());
        shell.env("INSTANCE", address).env("SDK_KEY", "");
        Ok(shell)
    }
}

/// So that `server` is the program that `cargo run -p server` has built.
fn path_with_server() -> String {
    let built = repository::root().join("target").join("debug");
    format!("{}:{}", built.display(), std::env::var("PATH").unwrap_or_default())
}

fn differs(shown: &str, printed: &str) -> Failure {
    Failure::step(format!("prints\n{}\nand not as the document shows\n{}", printed.trim(), shown.trim()))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::step(format!("{}: {error}", path.display()))
}
