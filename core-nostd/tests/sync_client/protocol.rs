//! What a stream says, right or wrong, cut anywhere: all of an event's effect or none, all of a replay or none.

use crate::host::{self, EVENT_STREAM, Held, Host, as_held, error};
use crate::script;
use crate::script::{delete, heartbeat, replay, resumed, upsert};
use sidekick_core::sync::{Output, OutputKind, Status, SyncClient};

fn held(host: &Host) -> Held {
    host::held(host.client.store())
}

fn flags(listed: &[(&str, u64)]) -> Held {
    as_held(&script::flags(listed))
}

#[test]
fn a_stream_cut_or_broken_at_any_byte_shows_one_of_its_states_and_is_resumed_from_it() {
    let parts = [
        replay("e1:5", &[("a", 1), ("b", 5)]),
        upsert("e1:6", "c"),
        delete("e1:7", "a"),
        heartbeat(7, &[("b", 5), ("c", 6)]),
        // The server fell back on another history, and said so by a replay in place.
        replay("e2:3", &[("b", 2), ("d", 3)]),
        upsert("e2:4", "b"),
        heartbeat(4, &[("b", 4), ("d", 3)]),
    ];
    let states: [(&[_], _); 7] = [
        (&[], None),
        (&[("a", 1), ("b", 5)], Some("e1:5")),
        (&[("a", 1), ("b", 5), ("c", 6)], Some("e1:6")),
        (&[("b", 5), ("c", 6)], Some("e1:7")),
        (&[("b", 5), ("c", 6)], Some("e1:7")),
        (&[("b", 2), ("d", 3)], Some("e2:3")),
        (&[("b", 4), ("d", 3)], Some("e2:4")),
    ];
    let stream = parts.concat();
    for cut in 0..=stream.len() {
        let mut host = Host::streaming(cut as u64);
        let outputs = [host.bytes(1, &stream[..cut]), host.bytes(2, b"")].concat();
        let complete = (0..=parts.len()).rfind(|count| parts[..*count].concat().len() <= cut).unwrap();
        let (state, id) = &states[complete.min(states.len() - 1)];
        assert_eq!(held(&host), flags(state), "cut at {cut}");
        assert_eq!(host.client.store().id().map(ToString::to_string).as_deref(), *id, "cut at {cut}");
        assert_eq!(error(&outputs), None, "cut at {cut}");

        // The rest arrives, or the connection breaks: then the next one resumes from what is shown.
        let mut whole = Host::streaming(cut as u64);
        whole.bytes(1, &stream[..cut]);
        whole.bytes(2, &stream[cut..]);
        assert_eq!((held(&whole), whole.client.status()), (flags(&[("b", 4), ("d", 3)]), Status::Ready));
        let outputs = host.gone(3);
        assert_eq!(error(&outputs), Some("CONNECTION_LOST"));
        assert_eq!(held(&host), flags(state));
        host.wait_for_connect();
        assert_eq!(host.resume.map(|id| id.to_string()).as_deref(), *id, "cut at {cut}");
    }
}

/// Streams that are wrong after a good replay of `a`, each with its error.
const WRONG_LATER: [(&str, &str); 14] = [
    ("event: ready\ndata: {\"revision\":1,\"flags\":1}\n\n", "INVALID_STREAM"),
    ("event: resumed\ndata: 1\n\n", "INVALID_STREAM"),
    ("id: e2:2\ndata: {\"type\":\"DELETE\",\"key\":\"a\"}\n\n", "INVALID_STREAM"),
    ("id: nonsense\ndata: {\"type\":\"DELETE\",\"key\":\"a\"}\n\n", "INVALID_STREAM"),
    ("id: e1:2\ndata: {\"type\":\"DELETE\",\"key\":\"\"}\n\n", "INVALID_STREAM"),
    ("id: e1:2\ndata: {\"type\":\"DELETE\",\"key\":\"a\"\n\n", "INVALID_STREAM"),
    ("event: heartbeat\ndata: {\"revision\":1}\n\n", "INVALID_STREAM"),
    ("event: heartbeat\ndata: {\"revision\":1,\"digest\":\"0000000000000000\"}\n\n", "DIVERGED"),
    ("event: heartbeat\ndata: {\"revision\":2,\"digest\":\"0000000000000000\"}\n\n", "DIVERGED"),
    ("event: connected\ndata: true\n\nevent: ready\ndata: {\"revision\":1,\"flags\":1}\n\n", "INVALID_STREAM"),
    (
        "event: connected\ndata: true\n\nid: e1:2\nevent: ready\ndata: {\"revision\":3,\"flags\":0}\n\n",
        "INVALID_STREAM",
    ),
    ("event: connected\ndata: true\n\nid: e1:0\nevent: ready\ndata: {\"revision\":0,\"flags\":0}\n\n", "BEHIND"),
    ("event: connected\ndata: true\n\ndata: {\"type\":\"DELETE\",\"key\":\"a\"}\n\n", "INVALID_STREAM"),
    ("event: connected\ndata: true\n\nevent: resumed\ndata: 1\n\n", "INVALID_STREAM"),
];

/// Streams that are wrong from their start.
const WRONG_FIRST: [&str; 6] = [
    "event: ready\ndata: {\"revision\":0,\"flags\":0}\n\n",
    "event: resumed\ndata: 0\n\n",
    "event: resumed\ndata: 1\n\n",
    "data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"a\"}}\n\n",
    "data: {}\n\n",
    "id: e1:1\ndata: {\"type\":\"DELETE\",\"key\":\"a\"}\n\n",
];

#[test]
fn what_is_wrong_ends_the_stream_changes_nothing_and_everything_is_asked_for_anew() {
    let later = WRONG_LATER.iter().map(|(text, code)| (replay("e1:1", &[("a", 1)]), *text, *code));
    let first = WRONG_FIRST.iter().map(|text| (Vec::new(), *text, "INVALID_STREAM"));
    for (before, text, code) in later.chain(first) {
        let mut host = Host::streaming(3);
        host.bytes(1, &before);
        let flags = held(&host);
        // What follows in the same bytes comes from a stream that is not trusted any more.
        let outputs = host.bytes(2, &[text.as_bytes(), &replay("e3:9", &[("z", 9)])].concat());
        assert_eq!(error(&outputs), Some(code), "{text}");
        assert!(outputs.contains(&Output::Disconnect), "{text}");
        assert_eq!(held(&host), flags, "{text}");
        host.wait_for_connect();
        assert_eq!(host.resume, None, "{text}");
    }
}

#[test]
fn a_doubt_stays_until_a_replay_is_complete() {
    let mut host = Host::streaming(3);
    host.bytes(1, &replay("e1:1", &[("a", 1)]));
    host.bytes(2, b"event: heartbeat\ndata: {}\n\n");
    for _ in 0..3 {
        let now = host.wait_for_connect();
        assert_eq!(host.resume, None);
        host.answer(now, 200, EVENT_STREAM, None);
        host.bytes(now, b"event: connected\ndata: true\n\n");
        host.gone(now);
    }
    let now = host.wait_for_connect();
    host.answer(now, 200, EVENT_STREAM, None);
    host.bytes(now, &replay("e1:2", &[("a", 2)]));
    host.gone(now);
    host.wait_for_connect();
    assert!(host.resume.is_some());
}

#[test]
fn replays_with_another_count_of_flags_than_they_say_are_refused() {
    for said in [0, 1, 3, 4, 9_007_199_254_740_991_u64] {
        let mut host = Host::streaming(3);
        let stream = replay("e1:9", &[("a", 1), ("b", 2)]);
        let stream = String::from_utf8(stream).unwrap().replace("\"flags\":2", &format!("\"flags\":{said}"));
        assert_eq!(error(&host.bytes(1, stream.as_bytes())), Some("INVALID_STREAM"), "{said} instead of 2");
        assert_eq!((held(&host).len(), host.client.status()), (0, Status::Connecting));
    }
    // A flag that comes twice is one.
    let mut host = Host::streaming(3);
    let twice = [replay("e1:9", &[("a", 1), ("a", 2)]), replay("e1:9", &[("a", 1), ("a", 2)])].concat();
    let twice = String::from_utf8(twice).unwrap().replace("\"flags\":2", "\"flags\":1");
    assert_eq!(error(&host.bytes(1, twice.as_bytes())), None);
    assert_eq!(held(&host), flags(&[("a", 2)]));
}

#[test]
fn doubled_late_and_reordered_changes_never_take_a_flag_back() {
    let mut host = Host::streaming(3);
    host.bytes(1, &replay("e1:3", &[("a", 3)]));
    for (number, stream) in
        [upsert("e1:5", "a"), upsert("e1:4", "a"), upsert("e1:5", "a"), delete("e1:5", "a"), upsert("e1:0", "b")]
            .iter()
            .enumerate()
    {
        assert_eq!(error(&host.bytes(2 + number as u64, stream)), None);
        assert_eq!(held(&host), flags(&[("a", 5)]));
    }
    // A heartbeat of the stream in its right order shows that nothing is missing here, and what is missing there.
    assert_eq!(error(&host.bytes(8, &heartbeat(5, &[("a", 5)]))), None);
    assert_eq!(error(&host.bytes(9, &heartbeat(5, &[("a", 5), ("b", 4)]))), Some("DIVERGED"));
}

#[test]
fn only_what_was_asked_for_is_resumed() {
    for (asked, data, code) in [
        (true, 4, None),
        (true, 3, Some("INVALID_STREAM")),
        (true, 5, Some("INVALID_STREAM")),
        (false, 4, Some("INVALID_STREAM")),
    ] {
        let mut host = Host::streaming(3);
        host.bytes(1, &replay("e1:4", &[("a", 4)]));
        if asked {
            host.gone(2);
        } else {
            host.bytes(2, b"event: heartbeat\ndata: {}\n\n");
        }
        let now = host.wait_for_connect();
        assert_eq!(host.resume.is_some(), asked);
        host.answer(now, 200, EVENT_STREAM, None);
        assert_eq!(error(&host.bytes(now, &resumed(data))), code, "asked: {asked}, from {data}");
        assert_eq!(host.client.status(), if code.is_none() { Status::Ready } else { Status::Stale });
    }
}

#[test]
fn an_output_as_a_text_says_what_the_output_says() {
    let outputs = |client: &mut SyncClient| -> Vec<_> {
        std::iter::from_fn(|| client.poll_output())
            .map(|output| match output {
                Output::Disconnect => (OutputKind::Disconnect, String::new(), 0),
                Output::Connect { last_event_id } => {
                    (OutputKind::Connect, last_event_id.map(|id| id.to_string()).unwrap_or_default(), 0)
                }
                Output::Error(error) => {
                    let mut text = Vec::new();
                    error.write(&mut text);
                    let status = error.http_status().unwrap_or_default();
                    (OutputKind::Error, String::from_utf8(text).unwrap(), status.into())
                }
                Output::FlagsChanged { keys } => {
                    let keys: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
                    (OutputKind::FlagsChanged, keys.join(","), 0)
                }
                Output::StatusChanged(status) => {
                    let order = [Status::Connecting, Status::Ready, Status::Stale, Status::Closed];
                    let place = order.iter().position(|one| *one == status).unwrap();
                    (OutputKind::StatusChanged, String::new(), place as u64)
                }
                Output::WakeAt(at) => (OutputKind::WakeAt, String::new(), at),
            })
            .collect()
    };
    let texts = |client: &mut SyncClient| -> Vec<_> {
        // What stood there is replaced.
        let mut text = b"before".to_vec();
        std::iter::from_fn(|| {
            let (kind, number) = client.poll_text(&mut text);
            let text = String::from_utf8(text.clone()).unwrap();
            if kind == OutputKind::None { None } else { Some((kind, text, number)) }
        })
        .collect()
    };
    let inputs: [&dyn Fn(&mut SyncClient); 8] = [
        &|client| client.start(0),
        &|client| client.handle_connected(1, 503, None, Some("7")),
        &|client| client.handle_timeout(10_000),
        &|client| client.handle_connected(10_001, 200, EVENT_STREAM, None),
        &|client| client.handle_bytes(10_002, &replay("e1:5", &[("b", 5), ("a", 1)])),
        &|client| client.handle_disconnected(10_003),
        &|client| client.handle_timeout(20_000),
        &|client| client.close(),
    ];
    let (mut one, mut other) = (SyncClient::new(3), SyncClient::new(3));
    let mut kinds = Vec::new();
    for input in inputs {
        input(&mut one);
        input(&mut other);
        let said = texts(&mut other);
        assert_eq!(said, outputs(&mut one));
        kinds.extend(said.into_iter().map(|(kind, _, _)| kind as u32));
    }
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, [1, 2, 3, 4, 5, 6], "all of them");
}
