//! A client in another language: a child process that rebuilds the flags and shows them when asked.

use crate::support::DEADLINE;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
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
        let python = std::env::var_os("CLIENTS_PYTHON").expect("run this with `cargo xtask test clients`");
        let url = format!("http://{server}/stream");
        // What an `EventSource` in a browser does, which cannot send headers.
        let url_with_key =
            format!("{url}?sdk_key={}", percent_encoding::utf8_percent_encode(key, percent_encoding::NON_ALPHANUMERIC));
        vec![
            Self::start("curl", Command::new(&python).args(["rebuild.py", "curl", &url, key])),
            Self::start("httpx-sse", Command::new(&python).args(["rebuild.py", "httpx", &url, key])),
            Self::start("eventsource", Command::new("node").args(["rebuild.mjs", &url_with_key])),
        ]
    }

    fn start(name: &'static str, command: &mut Command) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("clients");
        command.current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
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
        writeln!(self.child.stdin.as_mut().unwrap(), "show {event_id}").unwrap();
        let mut rebuilt = Rebuilt { openings: Vec::new(), changes: Vec::new() };
        loop {
            let line = self.lines.recv_timeout(DEADLINE);
            match line.unwrap_or_else(|error| panic!("{} does not come to {event_id}: {error}", self.name)) {
                end if end == "end" => return rebuilt,
                change if change.starts_with('{') => rebuilt.changes.push(change),
                opening => rebuilt.openings.push(opening),
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
