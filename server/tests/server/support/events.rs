//! An open `/stream`, read event by event with the core's parser.

use super::http::{self, Chunked};
use super::{DEADLINE, http2};
use sidekick_core::sse::Parser;
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
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
    body: Body,
    parser: Parser,
    events: VecDeque<OwnedEvent>,
}

/// The protocol that a test program's streams go over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Where a stream takes its connection's socket over.
    Http1,
    /// Where a stream is one of several that share a connection.
    Http2,
}

/// The bytes of a stream, and whose reads have a deadline.
enum Body {
    Http1(Chunked),
    /// The other end of what a client of HTTP/2 passes on.
    Http2(UnixStream),
}

impl EventStream {
    /// Opens a stream over the program's protocol.
    pub fn open(mut socket: TcpStream, path: &str, headers: &[(&str, &str)]) -> Self {
        if crate::PROTOCOL == Protocol::Http2 {
            let (headers, body) = http2::get(socket, path, headers);
            return Self { headers, body: Body::Http2(body), parser: Parser::new(1 << 20), events: VecDeque::new() };
        }
        let mut head = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        let mut socket = BufReader::new(socket);
        let (status, headers) = http::read_head(&mut socket);
        assert_eq!(status, 200);
        Self { headers, body: Body::Http1(Chunked::new(socket)), parser: Parser::new(1 << 20), events: VecDeque::new() }
    }

    /// The next event; `None` at the end of the stream.
    pub fn next(&mut self) -> Option<OwnedEvent> {
        self.read_next().expect("no event within the deadline")
    }

    /// The next event; `None` at the end of the stream, in order or not.
    pub fn next_or_break(&mut self) -> Option<OwnedEvent> {
        self.read_next().unwrap_or_else(|error| {
            assert_ne!(error.kind(), ErrorKind::WouldBlock, "neither an event nor the end within the deadline");
            None
        })
    }

    fn read_next(&mut self) -> std::io::Result<Option<OwnedEvent>> {
        let mut buffer = [0; 16 << 10];
        while self.events.is_empty() {
            let count = self.body.read(&mut buffer)?;
            if count == 0 {
                return Ok(None);
            }
            let mut bytes = &buffer[..count];
            while let Some(event) = self.parser.next_event(&mut bytes).unwrap() {
                let (kind, data, id) = (event.kind.to_owned(), event.data.to_owned(), event.id.to_owned());
                self.events.push_back(OwnedEvent { kind, data, id });
            }
        }
        Ok(self.events.pop_front())
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
        self.body.set_deadline(patience);
        let read = self.body.read(&mut [0; 1]);
        self.body.set_deadline(DEADLINE);
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

impl Body {
    fn set_deadline(&self, deadline: Duration) {
        match self {
            Self::Http1(body) => body.socket().set_read_timeout(Some(deadline)).unwrap(),
            Self::Http2(body) => body.set_read_timeout(Some(deadline)).unwrap(),
        }
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Http1(body) => body.read(buffer),
            Self::Http2(body) => body.read(buffer),
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
