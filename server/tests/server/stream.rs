//! The stream: its bytes, live changes, resuming, heartbeats, and clients that are many, slow or gone.

use crate::support::{Connection, DEADLINE, EventStream, Folder, InProcess, Model, OwnedEvent, Server, eventually};
use server::actors::{FlagStoreActor, Streamed, View};
use server::bus::InProcessBus;
use server::chunk::Chunk;
use server::config::Timeouts;
use server::metrics::Metrics;
use server::storage::{Operation, Preconditions, SqliteStorage, Write as StorageWrite};
use server::trace::Tracer;
use sidekick_core::{Flag, FlagKey, Timestamp};
use socket2::SockRef;
use std::io::BufReader;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn put(server: &Server, json: &str) -> String {
    let answer = server.request("POST", "/api/flags", json);
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    answer.text().to_owned()
}

/// The history that the server's revisions belong to.
fn epoch(server: &Server) -> String {
    let (_, id) = server.stream(None).read_replay();
    id.split_once(':').unwrap().0.to_owned()
}

/// Reads until the model is as it should be.
fn read_while(stream: &mut EventStream, model: &mut Model, mut goes_on: impl FnMut(&Model) -> bool) {
    let start = Instant::now();
    while goes_on(model) {
        model.take(&stream.next().expect("the stream goes on"));
        assert!(start.elapsed() < DEADLINE, "at revision {} after {DEADLINE:?}", model.revision());
    }
}

/// Reads until the model stands at `revision`.
fn read_until(stream: &mut EventStream, model: &mut Model, revision: u64) {
    read_while(stream, model, |model| model.revision().get() < revision);
}

/// Reads one replay more.
fn read_until_ready(stream: &mut EventStream, model: &mut Model) {
    let replays = model.replays;
    read_while(stream, model, |model| model.replays == replays);
}

/// Many writes from several connections at once: puts, patches and deletions of `keys` flags.
fn write_burst(server: &Server, writers: u64, writes: u64, keys: u64, description: &str) {
    std::thread::scope(|scope| {
        for writer in 0..writers {
            scope.spawn(move || {
                let mut connection = Connection::new(BufReader::new(server.connect()));
                for number in 0..writes {
                    let key = format!("flag-{}", (writer * 31 + number * 7) % keys);
                    let path = format!("/api/flags/{key}");
                    let answer = match number % 5 {
                        3 => {
                            connection.request("PATCH", &path, &format!(r#"{{"rollout_percentage":{}}}"#, number % 101))
                        }
                        4 => connection.request("DELETE", &path, ""),
                        _ => connection.request(
                            "POST",
                            "/api/flags",
                            &format!(r#"{{"key":"{key}","description":"{writer} {number} {description}"}}"#),
                        ),
                    };
                    assert!(matches!(answer.status, 200 | 201 | 204 | 404), "{}", answer.text());
                }
            });
        }
    });
}

fn listing(server: &Server) -> String {
    server.request("GET", "/api/flags", "").text().to_owned()
}

#[test]
fn a_replay_is_framed_byte_for_byte() {
    let server = Server::start();
    let (b, a, c) = (
        put(&server, r#"{"key":"b","is_enabled":true,"rollout_percentage":0.5}"#),
        put(&server, r#"{"key":"a","description":"line\nbreak \r é \u2028 \u0000"}"#),
        put(&server, r#"{"key":"C","rules":[{"attribute":"x","operator":"Equals","values":[""]}]}"#),
    );
    let epoch = epoch(&server);
    let mut stream = server.stream(None);
    let header = |name: &str| stream.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).unwrap().1.clone();
    assert_eq!(header("content-type"), "text/event-stream");
    assert!(header("cache-control").contains("no-cache"));
    assert_eq!(header("x-accel-buffering"), "no");
    let replay = stream.read_text_until("\"flags\":3}\n\n");
    // The text is read byte by byte, as if it were Latin-1.
    let replay = String::from_utf8(replay.chars().map(|byte| u8::try_from(byte).unwrap()).collect()).unwrap();
    let upsert = |flag: &str| format!("data: {{\"type\":\"UPSERT\",\"flag\":{flag}}}\n\n");
    let ready = format!("id: {epoch}:3\nevent: ready\ndata: {{\"revision\":3,\"flags\":3}}\n\n");
    let connected = "event: connected\ndata: true\n\n";
    assert_eq!(replay, format!("{connected}{}{}{}{ready}", upsert(&c), upsert(&a), upsert(&b)));
    assert!(!replay.contains('\r'), "LF only");

    let changed = put(&server, r#"{"key":"b"}"#);
    assert_eq!(stream.read_text_until("}\n\n"), format!("id: {epoch}:4\n{}", upsert(&changed)));
    server.request("DELETE", "/api/flags/b", "");
    let deleted = format!("id: {epoch}:5\ndata: {{\"type\":\"DELETE\",\"key\":\"b\"}}\n\n");
    assert_eq!(stream.read_text_until("}\n\n"), deleted);

    let mut resumed = server.stream(Some(&format!("{epoch}:3")));
    let expected = format!("event: resumed\ndata: 3\n\nid: {epoch}:4\n{}{deleted}", upsert(&changed));
    assert_eq!(resumed.read_text_until("\"key\":\"b\"}\n\n"), expected);
}

#[test]
fn an_empty_store_is_ready_at_revision_zero() {
    let server = Server::start();
    let mut stream = server.stream(None);
    let (flags, id) = stream.read_replay();
    assert!(flags.is_empty());
    assert!(id.ends_with(":0"), "{id}");
    let flag = put(&server, r#"{"key":"first"}"#);
    let change = stream.next_but_heartbeats().unwrap();
    assert_eq!(change.data, format!("{{\"type\":\"UPSERT\",\"flag\":{flag}}}"));
    assert_eq!(change.id, id.replace(":0", ":1"));
}

#[test]
fn nothing_but_live_changes_and_ready_bears_an_id() {
    let server = Server::start();
    put(&server, r#"{"key":"a"}"#);
    let mut stream = server.stream(None);
    let mut before_ready = Vec::new();
    loop {
        let event = stream.next_but_heartbeats().unwrap();
        if event.kind == "ready" {
            assert!(event.id.ends_with(":1"));
            break;
        }
        before_ready.push(event);
    }
    assert_eq!(before_ready.len(), 2);
    assert!(before_ready.iter().all(|event| event.id.is_empty()), "{before_ready:?}");
}

#[test]
fn a_refused_write_is_not_streamed() {
    let server = Server::start();
    let mut stream = server.stream(None);
    let mut model = Model::default();
    put(&server, r#"{"key":"a"}"#);
    server.request("DELETE", "/api/flags/missing", "");
    server.request("PATCH", "/api/flags/a", r#"{"key":"b"}"#);
    server.request("POST", "/api/flags", r#"{"key":"a","rollout_percentage":101}"#);
    put(&server, r#"{"key":"z"}"#);
    read_until(&mut stream, &mut model, 2);
    assert_eq!((model.changes, model.listing()), (2, listing(&server)));
}

/// Opens a stream where `last_event_id` stands in the header or in the query, and reads its first event.
fn first_event(server: &Server, last_event_id: &str, in_query: bool) -> (EventStream, OwnedEvent) {
    let mut stream = if in_query {
        let escaped: String = form_urlencoded::byte_serialize(last_event_id.as_bytes()).collect();
        EventStream::open(server.connect(), &format!("/stream?last_event_id={escaped}"), &[])
    } else {
        server.stream(Some(last_event_id))
    };
    let event = stream.next().unwrap();
    (stream, event)
}

#[test]
fn who_comes_back_gets_exactly_what_was_missed() {
    let server = Server::start();
    for key in ["a", "b", "c"] {
        put(&server, &format!(r#"{{"key":"{key}"}}"#));
    }
    server.request("DELETE", "/api/flags/b", "");
    let epoch = epoch(&server);
    for in_query in [false, true] {
        for revision in 0..=4_u64 {
            let (mut stream, first) = first_event(&server, &format!("{epoch}:{revision}"), in_query);
            assert_eq!((first.kind.as_str(), first.data), ("resumed", revision.to_string()));
            let expected = [("UPSERT", "a"), ("UPSERT", "b"), ("UPSERT", "c"), ("DELETE", "b")];
            for (index, (kind, key)) in expected.into_iter().enumerate().skip(usize::try_from(revision).unwrap()) {
                let event = stream.next_but_heartbeats().unwrap();
                assert_eq!(event.id, format!("{epoch}:{}", index + 1));
                let change = event.json();
                assert_eq!(change["type"], kind);
                assert_eq!(change["flag"]["key"].as_str().or(change["key"].as_str()), Some(key));
            }
            assert!(stream.is_silent_for(Duration::from_millis(20)), "nothing more after what was missed");
        }
    }
    assert_eq!(server.metric("sidekick_streams_opened_total{kind=\"resume\"}"), 10.0);
}

#[test]
fn a_resumed_stream_goes_on_live() {
    let server = Server::start();
    let mut model = Model::default();
    read_until_ready(&mut server.stream(None), &mut model);
    put(&server, r#"{"key":"missed"}"#);
    let mut stream = server.stream(Some(&model.last_event_id()));
    read_until(&mut stream, &mut model, 1);
    put(&server, r#"{"key":"live"}"#);
    read_until(&mut stream, &mut model, 2);
    assert_eq!((model.replays, model.listing()), (1, listing(&server)));
}

#[test]
fn an_id_that_is_not_covered_gets_everything() {
    let server = Server::start();
    put(&server, r#"{"key":"a"}"#);
    put(&server, r#"{"key":"b"}"#);
    let epoch = epoch(&server);
    for id in [
        format!("{epoch}:3"),
        format!("{epoch}:9007199254740991"),
        format!("{epoch}:9007199254740992"),
        format!("{epoch}:18446744073709551616"),
        format!("{epoch}:-1"),
        format!("{epoch}:01"),
        format!("{epoch}:1:1"),
        format!("{epoch}:"),
        format!("{epoch}x:1"),
        epoch.to_uppercase() + "Z:1",
        "0123456789abcdef:1".to_owned(),
        epoch.clone(),
        "1".to_owned(),
        ":1".to_owned(),
        "garbage \u{e9}\u{1f600}".to_owned(),
        "x".repeat(4000),
    ] {
        for in_query in [false, true] {
            let (mut stream, first) = first_event(&server, &id, in_query);
            assert_eq!(first.kind, "connected", "{id}");
            let mut model = Model::default();
            model.take(&first);
            read_until_ready(&mut stream, &mut model);
            assert_eq!(model.listing(), listing(&server));
        }
    }
    // An empty one is none.
    let (_, first) = first_event(&server, "", false);
    assert_eq!(first.kind, "connected");
}

#[test]
fn who_was_away_too_long_gets_everything() {
    let server = Server::start();
    let mut model = Model::default();
    read_until_ready(&mut server.stream(None), &mut model);
    // More than the 4 MiB of changes that are kept.
    let values: Vec<String> = (0..900).map(|number| format!("\"{number:0>500}\"")).collect();
    let rules = format!(r#"[{{"attribute":"x","operator":"Equals","values":[{}]}}]"#, values.join(","));
    for number in 0..11 {
        put(&server, &format!(r#"{{"key":"large-{number}","rules":{rules}}}"#));
    }
    let mut stream = server.stream(Some(&model.last_event_id()));
    read_until_ready(&mut stream, &mut model);
    assert_eq!((model.replays, model.listing() == listing(&server)), (2, true));
    let late = model.last_event_id().replace(":11", ":10");
    assert_eq!(first_event(&server, &late, false).1.kind, "resumed", "the last ones are still kept");
}

#[test]
fn resuming_works_across_a_restart() {
    let mut server = Server::start();
    let mut model = Model::default();
    put(&server, r#"{"key":"a"}"#);
    let mut stream = server.stream(None);
    read_until_ready(&mut stream, &mut model);
    put(&server, r#"{"key":"b"}"#);
    server.request("DELETE", "/api/flags/a", "");
    // The stream broke before the changes were read.
    drop(stream);
    server.kill_and_restart();
    put(&server, r#"{"key":"c"}"#);
    let mut stream = server.stream(Some(&model.last_event_id()));
    assert_eq!(stream.next().unwrap().kind, "resumed");
    read_until(&mut stream, &mut model, 4);
    assert_eq!((model.replays, model.changes, model.listing()), (1, 3, listing(&server)));

    server.terminate();
    assert!(server.wait().success());
    server.restart();
    let mut stream = server.stream(Some(&model.last_event_id()));
    assert_eq!(stream.next().unwrap().kind, "resumed");
    put(&server, r#"{"key":"d"}"#);
    read_until(&mut stream, &mut model, 5);
    assert_eq!((model.replays, model.listing()), (1, listing(&server)));
}

#[test]
fn heartbeats_carry_what_the_client_has() {
    let server = InProcess::start(Timeouts { heartbeat: Duration::from_millis(50), ..Timeouts::default() });
    let (mut stream, mut model) = (server.stream(), Model::default());
    // The model fails where a heartbeat disagrees.
    let mut beat = |model: &mut Model| {
        let beats = model.heartbeats;
        read_while(&mut stream, model, |model| model.heartbeats < beats + 2);
    };
    beat(&mut model);
    assert_eq!((model.revision().get(), model.digest().to_string().as_str()), (0, "0000000000000000"));
    let mut digests = vec![model.digest()];
    for (method, path, body) in [
        ("POST", "/api/flags", r#"{"key":"a"}"#),
        ("POST", "/api/flags", r#"{"key":"b"}"#),
        ("PATCH", "/api/flags/a", r#"{"is_enabled":true}"#),
        ("DELETE", "/api/flags/b", ""),
    ] {
        assert!(server.request(method, path, body).status < 300);
        while model.changes < digests.len() {
            beat(&mut model);
        }
        beat(&mut model);
        assert!(!digests.contains(&model.digest()), "every change shows in the digest");
        digests.push(model.digest());
    }
    assert_eq!(model.revision().get(), 4);
    server.request("DELETE", "/api/flags/a", "");
    while model.changes < 5 {
        beat(&mut model);
    }
    assert_eq!(model.digest(), digests[0], "no flags are no flags");
}

#[test]
fn a_resumed_stream_has_heartbeats_of_its_own_revision() {
    let server = InProcess::start(Timeouts { heartbeat: Duration::from_millis(50), ..Timeouts::default() });
    let mut model = Model::default();
    read_until_ready(&mut server.stream(), &mut model);
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    let id = model.last_event_id();
    let mut stream = EventStream::open(server.connect(), "/stream", &[("Last-Event-ID", &id)]);
    read_while(&mut stream, &mut model, |model| model.heartbeats < 3);
    assert_eq!((model.changes, model.replays), (1, 1));
}

#[test]
fn fifty_streams_see_every_change_of_a_burst_in_order() {
    let server = Server::start();
    put(&server, r#"{"key":"first"}"#);
    let streams: Vec<EventStream> = (0..50).map(|_| server.stream(None)).collect();
    let listings: Vec<(String, usize, usize)> = std::thread::scope(|scope| {
        let readers: Vec<_> = streams
            .into_iter()
            .map(|mut stream| {
                scope.spawn(move || {
                    let mut model = Model::default();
                    // The last flag marks the end of the burst.
                    read_while(&mut stream, &mut model, |model| !model.has("last"));
                    (model.listing(), model.changes, model.replays)
                })
            })
            .collect();
        write_burst(&server, 8, 60, 40, "");
        put(&server, r#"{"key":"last"}"#);
        readers.into_iter().map(|reader| reader.join().unwrap()).collect()
    });
    let (expected, revision) = (listing(&server), server.metric("sidekick_revision") as usize);
    assert!(revision > 300, "{revision}");
    for (listing, changes, replays) in listings {
        assert_eq!(listing, expected);
        assert_eq!((changes, replays), (revision - 1, 1), "every change, none by a second replay");
    }
}

#[test]
fn a_stream_opened_during_a_burst_misses_and_doubles_nothing() {
    let server = Server::start();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| write_burst(&server, 6, 80, 30, ""));
        let mut readers = Vec::new();
        let mut left = Model::default();
        read_until_ready(&mut server.stream(None), &mut left);
        while !writing.is_finished() {
            // Half of them anew, half of them from where an earlier one stood.
            readers.push((server.stream(None), Model::default()));
            let mut stream = server.stream(Some(&left.last_event_id()));
            assert_eq!(stream.next().unwrap().kind, "resumed");
            let stands = server.metric("sidekick_revision") as u64;
            read_until(&mut stream, &mut left, stands);
        }
        let last = server.metric("sidekick_revision") as u64;
        let expected = listing(&server);
        assert!(readers.len() > 5, "{}", readers.len());
        for (mut stream, mut model) in readers {
            read_until_ready(&mut stream, &mut model);
            read_until(&mut stream, &mut model, last);
            assert_eq!((model.listing() == expected, model.replays), (true, 1));
        }
        let mut stream = server.stream(Some(&left.last_event_id()));
        assert_eq!(stream.next().unwrap().kind, "resumed");
        read_until(&mut stream, &mut left, last);
        assert_eq!((left.listing() == expected, left.replays), (true, 1));
    });
}

/// A stream whose client has a small receive buffer and does not read yet.
fn stalled(socket: TcpStream) -> Stalled {
    SockRef::from(&socket).set_recv_buffer_size(4096).unwrap();
    Stalled { stream: EventStream::open(socket.try_clone().unwrap(), "/stream", &[]), socket }
}

struct Stalled {
    stream: EventStream,
    socket: TcpStream,
}

impl Stalled {
    /// The client reads after all. With its small buffer that would take long.
    fn wake(self) -> EventStream {
        SockRef::from(&self.socket).set_recv_buffer_size(1 << 20).unwrap();
        self.stream
    }
}

#[test]
fn clients_that_do_not_read_cost_little_and_get_everything_when_they_do() {
    let server = Server::start();
    let stalled: Vec<Stalled> = (0..20).map(|_| stalled(server.connect())).collect();
    eventually("20 streams", || server.metric("sidekick_streams_connected") == 20.0);
    let description = "x".repeat(900);
    // What the broadcast and the ring of recent changes hold comes once, whoever reads.
    write_burst(&server, 32, 40, 40, &description);
    let before = resident_kilobytes(&server);
    write_burst(&server, 32, 80, 40, &description);
    let grown = resident_kilobytes(&server).saturating_sub(before);
    // 20 clients × 2,000 changes × 1 kB, were they kept for each client, would be 40 MB.
    assert!(grown < 16_000, "{grown} kB more");

    let (last, expected) = (server.metric("sidekick_revision") as u64, listing(&server));
    let streams = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for stalled in stalled {
            scope.spawn(|| {
                let (mut stream, mut model) = (stalled.wake(), Model::default());
                read_until(&mut stream, &mut model, last);
                // One replay at first, one after the lag; perhaps another, if reading was slow.
                assert_eq!((model.listing() == expected, model.replays >= 2), (true, true));
                streams.lock().unwrap().push((stream, model));
            });
        }
    });
    assert!(server.metric("sidekick_streams_lagged_total") >= 20.0);
    put(&server, r#"{"key":"live"}"#);
    let expected = listing(&server);
    for (mut stream, mut model) in streams.into_inner().unwrap() {
        read_until(&mut stream, &mut model, last + 1);
        assert!(model.listing() == expected, "the stream goes on live");
    }
}

#[test]
fn a_client_that_lags_behind_for_a_moment_gets_what_it_missed() {
    let server = Server::start();
    let stalled = stalled(server.connect());
    eventually("the stream", || server.metric("sidekick_streams_connected") == 1.0);
    // More than its socket and its buffer hold, and less than the server remembers.
    write_burst(&server, 4, 225, 40, &"x".repeat(900));
    let (last, expected) = (server.metric("sidekick_revision") as u64, listing(&server));
    let (mut stream, mut model) = (stalled.wake(), Model::default());
    read_until(&mut stream, &mut model, last);
    assert_eq!((model.listing() == expected, model.replays), (true, 1));
    assert_eq!(server.metric("sidekick_streams_lagged_total"), 1.0);
    put(&server, r#"{"key":"live"}"#);
    let expected = listing(&server);
    read_until(&mut stream, &mut model, last + 1);
    assert!(model.listing() == expected, "the stream goes on live");
}

#[cfg(target_os = "linux")]
fn resident_kilobytes(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.process_id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(not(target_os = "linux"))]
fn resident_kilobytes(_: &Server) -> u64 {
    0
}

#[test]
fn a_client_that_never_reads_is_closed() {
    let server = InProcess::start(Timeouts { write: Duration::from_millis(300), ..Timeouts::default() });
    let stalled = stalled(server.connect());
    let (mut reading, mut model) = (server.stream(), Model::default());
    eventually("2 streams", || server.metric("sidekick_streams_connected") == 2.0);
    let body = format!(r#"{{"key":"a","description":"{}"}}"#, "x".repeat(1000));
    let mut connection = Connection::new(BufReader::new(server.connect()));
    let mut written = 0;
    eventually("the stalled stream is closed", || {
        // Enough at a time that the buffers of both kernels are full soon.
        for _ in 0..20 {
            assert!(connection.request("POST", "/api/flags", &body).status < 300);
            written += 1;
        }
        read_until(&mut reading, &mut model, written);
        server.metric("sidekick_streams_connected") == 1.0
    });
    assert_eq!(model.changes as u64 + u64::from(model.replays > 1), written, "who reads is not concerned");
    // What was under way may still be read; then the connection ends, with a reset or without.
    let mut rest = stalled.wake();
    let read = std::iter::from_fn(|| rest.next_or_break()).count();
    assert!(read < 1000, "{read} events");
}

#[test]
fn a_client_that_only_waits_is_not_closed() {
    let server = InProcess::start(Timeouts {
        head: Duration::from_millis(100),
        body: Duration::from_millis(100),
        idle: Duration::from_millis(100),
        write: Duration::from_millis(100),
        heartbeat: Duration::from_millis(250),
        ..Timeouts::default()
    });
    let (mut stream, mut model) = (server.stream(), Model::default());
    read_while(&mut stream, &mut model, |model| model.heartbeats < 4);
}

#[test]
fn a_client_that_goes_away_frees_its_actor() {
    let server = Server::start();
    let streams: Vec<EventStream> = (0..10).map(|_| server.stream(None)).collect();
    eventually("10 streams", || server.metric("sidekick_streams_connected") == 10.0);
    // No change and no heartbeat is needed to notice.
    drop(streams);
    eventually("the streams are gone", || server.metric("sidekick_streams_connected") == 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_and_a_change_are_encoded_once_for_all() {
    let folder = Folder::new();
    let storage = Arc::new(SqliteStorage::open(&folder.join("sidekick.db")).unwrap());
    let (bus, metrics) = (Arc::new(InProcessBus::new()), Arc::new(Metrics::new()));
    let flags = FlagStoreActor::start(storage, bus, metrics, Tracer::default(), None).await.unwrap();
    let write = async |key: &str| {
        let operation = Operation::Put(Flag::new(FlagKey::new(key).unwrap()));
        let time = Timestamp::from_millis(1);
        let (preconditions, actor) = (Preconditions::default(), "test".to_owned());
        let write = StorageWrite { operation, preconditions, actor, time, client_visible: true };
        flags.write(write).await.unwrap();
    };
    write("a").await;
    let (mut one, mut two) =
        (flags.subscribe(View::All, None).await.unwrap(), flags.subscribe(View::All, None).await.unwrap());
    assert_eq!((one.opening.len(), address(&one.opening[0])), (1, address(&two.opening[0])));
    write("b").await;
    let (change_of_one, change_of_two) = match (one.changes.recv().await.unwrap(), two.changes.recv().await.unwrap()) {
        (Streamed::Change(one), Streamed::Change(two)) => (one, two),
        other => panic!("{other:?}"),
    };
    assert!(Arc::ptr_eq(&change_of_one, &change_of_two));
    let id = sidekick_core::EventId::parse(&format!("{}:1", epoch_of(&change_of_one.event.events()))).unwrap();
    let resumed = flags.subscribe(View::All, Some(id)).await.unwrap();
    assert_eq!(address(&resumed.opening[1]), address(&change_of_one.event), "what is resumed is not encoded again");
    let three = flags.subscribe(View::All, None).await.unwrap();
    assert_ne!(address(&three.opening[0]), address(&one.opening[0]), "another revision, another replay");
    assert_eq!((three.id.revision, three.digest), (change_of_one.revision, change_of_one.digest));
    let (first, second) = (flags.list(View::All).await.unwrap(), flags.list(View::All).await.unwrap());
    assert_eq!(first.json.as_ptr(), second.json.as_ptr());
    let timeout = tokio::time::timeout(DEADLINE, flags.get(View::All, FlagKey::new("b").unwrap())).await.unwrap();
    assert!(timeout.unwrap().is_some());
}

fn address(chunk: &Chunk) -> *const u8 {
    chunk.framed().as_ptr()
}

fn epoch_of(event: &[u8]) -> String {
    let text = std::str::from_utf8(event).unwrap();
    text.strip_prefix("id: ").unwrap().split_once(':').unwrap().0.to_owned()
}
