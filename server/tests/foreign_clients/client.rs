//! A client in another language: a child process that rebuilds the flags and shows them when asked.

use crate::support::DEADLINE;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A running client. It is killed when the test lets go of it.
pub struct Client {
    pub name: &'static str,
    child: Child,
    lines: Receiver<String>,
}

/// What a client has made of the stream.
pub struct Rebuilt {
    /// How the stream was opened each time: `connected` or `resumed <revision>`.
    pub openings: Vec<String>,
    /// The change behind each flag, sorted by key, as it was received.
    pub changes: Vec<String>,
}

impl Client {
    pub fn start_all(server: SocketAddr, key: &str) -> Vec<Self> {
        let python = python();
        let url = format!("http://{server}/stream");
        // What an `EventSource` in a browser does, which cannot send headers.
        let url_with_key =
            format!("{url}?sdk_key={}", percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC));
        vec![
            Self::start("curl", Command::new(&python).args(["rebuild.py", "curl", &url, key])),
            Self::start("httpx-sse", Command::new(&python).args(["rebuild.py", "httpx", &url, key])),
            Self::start("eventsource", Command::new("node").args(["rebuild.mjs", &url_with_key])),
            Self::reader(server, key),
        ]
    }

    /// The one that was written from the protocol's document alone.
    pub fn reader(server: SocketAddr, key: &str) -> Self {
        let url = format!("http://{server}");
        Self::start("reader", Command::new(python()).args(["-B", "reader/follow.py", &url, key]))
    }

    fn start(name: &'static str, command: &mut Command) -> Self {
        command.current_dir(folder()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                // Nobody listening means that the test is over.
                if sender.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self { name, child, lines }
    }

    /// What the client has made of the stream up to an event id, once it has come that far.
    pub fn show(&mut self, event_id: &str) -> Rebuilt {
        let lines = self.ask(&format!("show {event_id}"));
        let (changes, openings) = lines.into_iter().partition(|line| line.starts_with('{'));
        Rebuilt { openings, changes }
    }

    /// The lines with which the client answers a command.
    pub fn ask(&mut self, command: &str) -> Vec<String> {
        writeln!(self.child.stdin.as_mut().unwrap(), "{command}").unwrap();
        let lines = std::iter::from_fn(|| {
            let line = self.lines.recv_timeout(DEADLINE);
            let line = line.unwrap_or_else(|error| panic!("{} does not answer `{command}`: {error}", self.name));
            (line != "end").then_some(line)
        });
        lines.collect()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the clients are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("clients")
}

/// The interpreter that has the clients' packages.
pub fn python() -> OsString {
    std::env::var_os("CLIENTS_PYTHON").expect("run this with `cargo xtask test clients`")
}
