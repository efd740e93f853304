//! A server that is watched: every answer comes in time and is none of a fault, and what was refused has left nothing.

use crate::support::{Connection, Response, Server};
use serde_json::Value;
use std::io::BufReader;
use std::time::{Duration, Instant};

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A server without keys, one connection to it, and its flags as they were after the last change.
pub struct Watched {
    pub server: Server,
    connection: Connection,
    state: State,
    pub requests: usize,
}

#[derive(PartialEq, Eq, Debug)]
struct State {
    tag: String,
    flags: String,
}

impl Watched {
    /// The flag `a` is there, and its rules match nobody.
    pub fn start() -> Self {
        let limits = ["WRITE_RATE_PER_KEY", "WRITE_RATE_PER_ADDRESS"].map(|limit| (limit, "off"));
        let server = Server::start_with(&[&limits[..], &[("LOG_LEVEL", "info")]].concat());
        server.request("POST", "/api/flags", r#"{"key":"a"}"#);
        let mut connection = Connection::new(BufReader::new(server.connect()));
        let state = State::of(&mut connection);
        Self { server, connection, state, requests: 0 }
    }

    /// Sends a request; a fault, a late answer, and a refusal that changed something fail the test.
    pub fn send(&mut self, method: &str, path: &str, body: &str) -> Response {
        let shown = || format!("{method} {path:.200} {:?}", body.chars().take(300).collect::<String>());
        let start = Instant::now();
        let answer = self.connection.request(method, path, body);
        assert!(start.elapsed() < PATIENCE, "{}: {:?}", shown(), start.elapsed());
        assert!((200..500).contains(&answer.status), "{}: {} {:?}", shown(), answer.status, answer.text());
        if answer.header("connection") == Some("close") {
            self.connection = Connection::new(BufReader::new(self.server.connect()));
        }
        let after = State::of(&mut self.connection);
        if answer.status >= 300 || path == "/api/evaluate" {
            assert_eq!(after, self.state, "{}: {} and yet something changed", shown(), answer.status);
        }
        self.state = after;
        self.requests += 1;
        answer
    }

    /// As [`send`](Self::send), for a write of one flag: what was taken is what is read afterwards.
    pub fn write(&mut self, method: &str, path: &str, body: &str) -> Option<Value> {
        let answer = self.send(method, path, body);
        if answer.status >= 300 {
            return None;
        }
        let flag = answer.json();
        let read = self.send("GET", &format!("/api/flags/{}", flag["key"].as_str().unwrap()), "");
        assert_eq!(read.text(), answer.text());
        Some(flag)
    }

    /// The server is well, and a stream brings what the API shows.
    pub fn finish(self) {
        assert_eq!(self.server.request("GET", "/readyz", "").status, 200);
        let (flags, _) = self.server.stream(None).read_replay();
        let flags: Vec<String> = flags.into_values().collect();
        assert_eq!(format!("[{}]", flags.join(",")), self.state.flags);
        println!("{} requests", self.requests);
    }
}

impl State {
    fn of(connection: &mut Connection) -> Self {
        let flags = connection.request("GET", "/api/flags", "");
        Self { tag: flags.header("etag").unwrap().to_owned(), flags: flags.text().to_owned() }
    }
}
