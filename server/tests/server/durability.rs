//! What was acknowledged, and what a reader of the stream has seen, is there after kill -9.

use crate::support::{DEADLINE, EventStream, Model, OwnedEvent, Server};
use serde::Deserialize;
use serde_json::value::RawValue;
use sidekick_core::EventId;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::thread;

const WRITERS: usize = 8;
/// How often the process is killed: a write that is answered too soon is lost in a small part of the kills only.
const KILLS: usize = 48;
/// The most acknowledged writes between two kills.
const MOST_WRITES: usize = 80;

#[test]
fn acknowledged_writes_survive_kill_9_and_the_stream_told_of_nothing_else() {
    let mut server = Server::start();
    let mut model = Model::default();
    let (mut written, mut told) = (Vec::new(), Vec::new());
    for round in 0..KILLS {
        let mut stream = catch_up(&server, &mut model);
        let address = server.address;
        thread::scope(|scope| {
            let (acknowledge, acknowledgements) = channel();
            let burst = |writer: usize| {
                let acknowledge = acknowledge.clone();
                move || write_until_cut(address, &format!("own-{round}-{writer}"), &acknowledge)
            };
            let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(burst(writer))).collect();
            let reader = scope.spawn(|| read_until_cut(&mut stream, &mut model));
            // Now early in the burst, now late.
            for _ in 0..=round * 37 % MOST_WRITES {
                acknowledgements.recv_timeout(DEADLINE).expect("the burst goes on");
            }
            server.kill();
            written.extend(writers.into_iter().map(|writer| writer.join().unwrap()));
            told.extend(reader.join().unwrap());
        });
        server.restart();
    }
    catch_up(&server, &mut model);
    assert_eq!(model.listing(), server.request("GET", "/api/flags", "").text());
    assert_eq!(model.replays, 1, "the reader came back each time by resuming");

    let log = read_log(&server);
    check_log(&log, &server);
    written.iter().for_each(|acknowledged| check_acknowledged(acknowledged, &log));
    told.iter().for_each(|event| check_told(event, &log));
    assert!(!told.is_empty(), "the reader saw none of the bursts");
}

/// Writes that wait for a commit share the next one; each must still get what it asked for.
#[test]
fn every_one_of_many_writers_gets_its_own_answer() {
    let server = Server::start();
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"taken"}"#).status, 201);
    let revisions: Vec<u64> = thread::scope(|scope| {
        let write = |writer: usize| {
            let mut revisions = Vec::new();
            for number in 0..6 {
                let (key, description) = (format!("own-{writer}"), format!("{writer} wrote {number}"));
                let body = format!(r#"{{"key":"{key}","description":"{description}"}}"#);
                let answer = server.request("POST", "/api/flags", &body);
                assert_eq!(answer.status, if number == 0 { 201 } else { 200 });
                let flag = answer.json();
                assert_eq!((&flag["key"], &flag["description"]), (&key.into(), &description.into()));
                revisions.push(flag["revision"].as_u64().unwrap());

                // Refused writes are in the same commits, and cost the others nothing.
                assert_eq!(server.request("PATCH", &format!("/api/flags/no-{writer}"), "{}").status, 404);
                let headers = [("Content-Type", "application/json"), ("If-None-Match", "*")];
                assert_eq!(server.request_with("POST", "/api/flags", &headers, br#"{"key":"taken"}"#).status, 412);
            }
            assert!(revisions.is_sorted());
            revisions
        };
        let writers: Vec<_> = (0..32).map(|writer| scope.spawn(move || write(writer))).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let unique: BTreeSet<u64> = revisions.iter().copied().collect();
    assert_eq!(unique, (2..=1 + 32 * 6).collect(), "each write made one revision, and refused ones none");
    check_log(&read_log(&server), &server);
}

/// What one writer was told: of its own flag every state in order (`None` is deleted), of a shared one each state.
struct Acknowledged {
    own_key: String,
    own: Vec<Option<String>>,
    shared: Vec<String>,
}

/// Writes to a flag that nobody else writes to, and to one that all do, until the server is gone.
fn write_until_cut(address: SocketAddr, own_key: &str, acknowledge: &Sender<()>) -> Acknowledged {
    let mut acknowledged = Acknowledged { own_key: own_key.to_owned(), own: Vec::new(), shared: Vec::new() };
    let path = format!("/api/flags/{own_key}");
    for number in 0.. {
        let put = |key: &str| format!(r#"{{"key":"{key}","description":"{own_key} wrote {number}, é\n😀"}}"#);
        let (method, path, body) = match number % 5 {
            0 | 3 => ("POST", "/api/flags", put(own_key)),
            1 => ("PATCH", &*path, format!(r#"{{"is_enabled":true,"rollout_percentage":{}}}"#, number % 100)),
            2 => ("POST", "/api/flags", put("shared")),
            _ => ("DELETE", &*path, String::new()),
        };
        let Some((status, flag)) = exchange(address, method, path, &body) else { return acknowledged };
        assert!(matches!(status, 200 | 201 | 204), "{method} {path}: {status} {flag}");
        match number % 5 {
            2 => acknowledged.shared.push(flag),
            4 => acknowledged.own.push(None),
            _ => acknowledged.own.push(Some(flag)),
        }
        // Nobody listens any more once the server is being killed.
        let _ = acknowledge.send(());
    }
    acknowledged
}

/// Status and body of a whole answer; `None` where the server was gone before its last byte.
fn exchange(address: SocketAddr, method: &str, path: &str, body: &str) -> Option<(u16, String)> {
    let mut socket = TcpStream::connect(address).ok()?;
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    let fields = format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    socket.write_all(format!("{head}{fields}{body}").as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let is_whole = body.len() == length.map_or(0, |length| length.parse().unwrap());
    let status = head.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()?;
    is_whole.then(|| (status, body.to_owned()))
}

/// Every change that arrives until the server is gone.
fn read_until_cut(stream: &mut EventStream, model: &mut Model) -> Vec<OwnedEvent> {
    let mut told = Vec::new();
    while let Some(event) = stream.next() {
        model.take(&event);
        if event.kind == "message" {
            told.push(event);
        }
    }
    told
}

/// A stream that goes on where `model` stands, read up to where the server stands.
fn catch_up(server: &Server, model: &mut Model) -> EventStream {
    let resumes = model.replays > 0;
    let mut stream = server.stream(resumes.then(|| model.last_event_id()).as_deref());
    let tag = server.request("GET", "/api/flags", "").header("etag").unwrap().trim_matches('"').to_owned();
    let first = stream.next().unwrap();
    assert_eq!(first.kind, if resumes { "resumed" } else { "connected" });
    model.take(&first);
    while model.replays == 0 || model.last_event_id() != tag {
        model.take(&stream.next().unwrap());
    }
    stream
}

#[derive(Deserialize)]
struct Entry {
    revision: u64,
    key: String,
    before: Option<Box<RawValue>>,
    after: Option<Box<RawValue>>,
}

/// The whole history, oldest first.
fn read_log(server: &Server) -> Vec<Entry> {
    let mut log: Vec<Entry> = Vec::new();
    loop {
        let before = log.last().map_or_else(String::new, |last| format!("&before={}", last.revision));
        let page = server.request("GET", &format!("/api/history?limit=1000{before}"), "");
        let page: Vec<Entry> = serde_json::from_slice(&page.body).unwrap();
        if page.is_empty() {
            log.reverse();
            return log;
        }
        log.extend(page);
    }
}

/// Revisions have no gaps, each change starts from what the one before it left, and the flags are what the last left.
fn check_log(log: &[Entry], server: &Server) {
    let mut flags: BTreeMap<&str, &str> = BTreeMap::new();
    for (entry, revision) in log.iter().zip(1..) {
        assert_eq!(entry.revision, revision);
        let before = match &entry.after {
            Some(after) => flags.insert(&entry.key, after.get()),
            None => flags.remove(&*entry.key),
        };
        assert_eq!(entry.before.as_deref().map(RawValue::get), before, "revision {revision}");
    }
    let listing = server.request("GET", "/api/flags", "");
    let listed: Vec<&RawValue> = serde_json::from_slice(&listing.body).unwrap();
    assert_eq!(listed.iter().map(|flag| flag.get()).collect::<Vec<_>>(), flags.into_values().collect::<Vec<_>>());
    assert!(listing.header("etag").unwrap().ends_with(&format!(":{}\"", log.len())));
}

fn check_acknowledged(acknowledged: &Acknowledged, log: &[Entry]) {
    let text = |entry: &Entry| entry.after.as_ref().map(|after| after.get().to_owned());
    let own: Vec<_> = log.iter().filter(|entry| entry.key == acknowledged.own_key).map(text).collect();
    assert!(own.starts_with(&acknowledged.own), "{} lost an acknowledged write", acknowledged.own_key);
    assert!(own.len() <= acknowledged.own.len() + 1, "at most the write under way was not acknowledged");
    for flag in &acknowledged.shared {
        assert!(log.iter().any(|entry| text(entry).as_deref() == Some(flag)), "lost: {flag}");
    }
}

/// The change is in the log, at its revision and with the same content.
fn check_told(event: &OwnedEvent, log: &[Entry]) {
    let revision = EventId::parse(&event.id).unwrap().revision.get();
    let entry = log.get(usize::try_from(revision).unwrap() - 1).expect("a change that is not durable was told");
    let told = match &entry.after {
        Some(flag) => format!(r#"{{"type":"UPSERT","flag":{}}}"#, flag.get()),
        None => format!(r#"{{"type":"DELETE","key":"{}"}}"#, entry.key),
    };
    assert_eq!(event.data, told);
}
