//! An open `/stream`, read event by event with the core's parser.

use super::http::{self, Chunked};
use sidekick_core::sse::Parser;
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedEvent {
    pub kind: String,
    pub data: String,
    pub id: String,
}

impl OwnedEvent {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.data).unwrap()
    }
}

/// A stream whose head is read.
pub struct EventStream {
    pub headers: Vec<(String, String)>,
    body: Chunked,
    parser: Parser,
    events: VecDeque<OwnedEvent>,
}

impl EventStream {
    pub fn open(mut socket: TcpStream, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        Self::of_answer(socket)
    }

    /// The stream that answers a request which was sent already.
    pub fn of_answer(socket: TcpStream) -> Self {
        let mut socket = BufReader::new(socket);
        let (status, headers) = http::read_head(&mut socket);
        assert_eq!(status, 200);
        Self { headers, body: Chunked::new(socket), parser: Parser::new(1 << 20), events: VecDeque::new() }
    }

    /// The next event; `None` at the end of the stream.
    pub fn next(&mut self) -> Option<OwnedEvent> {
        let mut buffer = [0; 16 << 10];
        while self.events.is_empty() {
            let count = self.body.read(&mut buffer).expect("no event within the deadline");
            if count == 0 {
                return None;
            }
            let mut bytes = &buffer[..count];
            while let Some(event) = self.parser.next_event(&mut bytes).unwrap() {
                let (kind, data, id) = (event.kind.to_owned(), event.data.to_owned(), event.id.to_owned());
                self.events.push_back(OwnedEvent { kind, data, id });
            }
        }
        self.events.pop_front()
    }

    /// The body as it came, up to and with `end`. Events that were not taken before are in it no more.
    pub fn read_text_until(&mut self, end: &str) -> String {
        let mut text = String::new();
        let mut byte = [0];
        while !text.ends_with(end) {
            assert_eq!(self.body.read(&mut byte).expect("not within the deadline"), 1, "the end after {text:?}");
            text.push(byte[0].into());
        }
        text
    }

    /// The next event that is no heartbeat.
    pub fn next_but_heartbeats(&mut self) -> Option<OwnedEvent> {
        loop {
            match self.next() {
                Some(event) if event.kind == "heartbeat" => {}
                other => return other,
            }
        }
    }

    /// Whether nothing arrives for a while.
    pub fn is_silent_for(&mut self, patience: Duration) -> bool {
        assert!(self.events.is_empty());
        let socket = self.body.socket().try_clone().unwrap();
        let before = socket.read_timeout().unwrap();
        socket.set_read_timeout(Some(patience)).unwrap();
        let read = self.body.read(&mut [0; 1]);
        socket.set_read_timeout(before).unwrap();
        read.is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut))
    }

    /// The reconnection time that the stream gave last, in milliseconds.
    pub fn retry(&self) -> Option<u64> {
        self.parser.retry()
    }

    /// Reads a replay from `connected` to `ready`: the flags by key, as JSON texts, and the id of `ready`.
    pub fn read_replay(&mut self) -> (BTreeMap<String, String>, String) {
        assert_eq!(self.next_but_heartbeats().unwrap().kind, "connected");
        let mut flags = BTreeMap::new();
        loop {
            let event = self.next_but_heartbeats().unwrap();
            if event.kind == "ready" {
                return (flags, event.id);
            }
            apply(&mut flags, &event);
        }
    }
}

/// Applies a change to flags by key. The flag's JSON text is kept as it was sent.
pub fn apply(flags: &mut BTreeMap<String, String>, event: &OwnedEvent) {
    assert_eq!(event.kind, "message");
    let change: BTreeMap<String, Box<serde_json::value::RawValue>> = serde_json::from_str(&event.data).unwrap();
    match change["type"].get() {
        "\"UPSERT\"" => {
            let flag = change["flag"].get().to_owned();
            let key = serde_json::from_str::<serde_json::Value>(&flag).unwrap()["key"].as_str().unwrap().to_owned();
            flags.insert(key, flag);
        }
        "\"DELETE\"" => {
            flags.remove(&serde_json::from_str::<String>(change["key"].get()).unwrap()).expect("a flag that was there");
        }
        other => panic!("{other} is no type of change"),
    }
}
