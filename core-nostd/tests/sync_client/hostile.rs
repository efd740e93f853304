//! A peer that sends too much of everything: the client says no, keeps its flags, and holds no more than its bound.

use crate::host::{EVENT_STREAM, error};
use crate::script::{flag, replay, upsert};
use allocation_counter::measure;
use sidekick_core::sync::{Output, SyncClient};
use sidekick_core::{CompiledFlag, EventId, Flag, Mode, sse};

const MIB: usize = 1 << 20;
/// The client's limits: a line or an event's data, flags, and their memory.
const EVENT: usize = 2 * MIB;
const FLAGS: usize = 100_000;
const HEAP: usize = 64 * MIB;

fn streaming() -> SyncClient {
    let mut client = SyncClient::new(1);
    client.start(0);
    client.handle_connected(0, 200, EVENT_STREAM, None);
    outputs(&mut client);
    client
}

fn outputs(client: &mut SyncClient) -> Vec<Output> {
    std::iter::from_fn(|| client.poll_output()).collect()
}

/// Hands in pieces as a socket gives them, until an error; gives its code.
fn feed<'a>(client: &mut SyncClient, stream: impl IntoIterator<Item = &'a [u8]>) -> Option<&'static str> {
    let mut pieces = stream.into_iter().flat_map(|bytes| bytes.chunks(1 << 16));
    pieces.find_map(|piece| {
        client.handle_bytes(1, piece);
        error(&outputs(client))
    })
}

/// A flag that takes much memory for its bytes on the wire: empty values.
fn heavy(key: &str) -> Vec<u8> {
    let values = vec!["\"\""; 1_000].join(",");
    let rules = vec![format!(r#"{{"attribute":"a","operator":"Equals","values":[{values}]}}"#); 64].join(",");
    format!("data: {{\"type\":\"UPSERT\",\"flag\":{{\"key\":\"{key}\",\"rules\":[{rules}]}}}}\n\n").into_bytes()
}

#[test]
fn lines_and_data_without_an_end_are_refused_within_a_few_times_the_limit() {
    let starts = [
        "data: ",
        ":",
        "id: ",
        "event: ",
        "retry: 1",
        "x",
        "data: {\"type\":\"UPSERT\",\"flag\":{\"key\":\"",
        "data\ndata: ",
    ];
    for start in starts {
        for filler in [&b"x"[..], b"\xff", b"9", b"[", b"\xe2\x82\xac"] {
            let mut client = streaming();
            let endless = filler.repeat(EVENT / filler.len() + 7);
            let mut code = None;
            let held = measure(|| code = feed(&mut client, [start.as_bytes(), &endless]));
            assert_eq!(code, Some("INVALID_STREAM"), "{start:?} {filler:?}");
            assert!(held.bytes_max < 3 * EVENT as u64, "{start:?} {filler:?}: {} bytes", held.bytes_max);
            assert!(held.bytes_current < 2_000, "{start:?}: {} bytes stay", held.bytes_current);
        }
    }
}

#[test]
fn data_in_lines_without_an_end_is_refused() {
    for line in [&b"data:\n"[..], b"data: 0123456789abcdef0123456789abcdef\n", b"data:\xff\xff\n"] {
        let mut client = streaming();
        let endless = line.repeat(EVENT / (line.len() - 6).max(1) + 2);
        let mut code = None;
        let held = measure(|| code = feed(&mut client, [&endless[..]]));
        assert_eq!(code, Some("INVALID_STREAM"));
        assert!(held.bytes_max < 3 * EVENT as u64, "{} bytes", held.bytes_max);
    }
}

#[test]
fn an_event_as_large_as_can_be_holds_a_few_times_the_limit() {
    // Name, id and data last together. Bytes that are not UTF-8 are three each, and count as so many.
    let field = |name: &str, byte: u8, length| [name.as_bytes(), &vec![byte; length][..], b"\n"].concat();
    let event = [
        field("event:", 0xff, (EVENT - 6) / 3),
        field("id:", 0xff, (EVENT - 3) / 3),
        b"\n".to_vec(),
        field("id:", 0xff, (EVENT - 3) / 3),
        field("event:", 0xff, (EVENT - 6) / 3),
        field("data:", b'x', EVENT - 6),
    ];
    let mut client = streaming();
    let mut code = None;
    let held = measure(|| code = feed(&mut client, event.iter().map(Vec::as_slice)));
    assert_eq!(code, None, "it is none of ours, and is passed over");
    assert!(held.bytes_max < 20 * EVENT as u64, "{} bytes", held.bytes_max);
}

#[test]
fn what_never_makes_an_event_is_not_kept() {
    for line in [
        ":\n",
        "\n",
        "\r\n",
        "retry: 99999999999999999999\n",
        "later: x\n",
        "event: later\ndata: x\n\n",
        "data: {\"type\":\"x\"}\n\n",
    ] {
        let mut client = streaming();
        feed(&mut client, [&replay("e1:1", &[("a", 1)])[..]]);
        let flood = line.repeat(MIB / line.len());
        let mut code = None;
        let held = measure(|| code = feed(&mut client, [flood.as_bytes()]));
        assert_eq!(code, None, "{line:?}");
        assert!(held.bytes_max < 10_000, "{line:?}: {} bytes", held.bytes_max);
    }
}

#[test]
fn a_hundred_thousand_flags_are_held_and_not_one_more() {
    let mut stream = Vec::new();
    sse::connected(&mut stream);
    (0..FLAGS).for_each(|number| sse::replay_upsert(&CompiledFlag::new(flag(&format!("k{number}"), 1)), &mut stream));
    let (mut full, mut more) = (Vec::new(), Vec::new());
    sse::ready(&EventId::parse("e1:1").unwrap(), FLAGS, &mut full);
    sse::replay_upsert(&CompiledFlag::new(flag("one-more", 1)), &mut more);

    let mut client = streaming();
    assert_eq!(feed(&mut client, [&stream[..], &full]), None);
    assert_eq!(client.store().len(), FLAGS);
    // One of them may change; one more is refused, and what is live stays as it was and is what was told.
    assert_eq!(feed(&mut client, [&upsert("e1:2", "k7")[..]]), None);
    client.handle_bytes(1, &upsert("e1:3", "one-more"));
    let outputs = outputs(&mut client);
    assert_eq!(error(&outputs), Some("TOO_LARGE"));
    assert!(client.store().get("one-more").is_none() && client.store().len() == FLAGS);
    assert!(!outputs.iter().any(|output| matches!(output, Output::FlagsChanged { .. })));

    let mut client = streaming();
    assert_eq!(feed(&mut client, [&stream[..], &more]), Some("TOO_LARGE"));
    assert!(client.store().is_empty());
}

#[test]
fn flags_that_take_more_than_the_bound_are_refused_before_they_take_much_more() {
    let mut client = streaming();
    let flags: Vec<Vec<u8>> = (0..200).map(|number| heavy(&format!("k{number}"))).collect();
    let mut code = None;
    let held = measure(|| {
        let stream = [b"event: connected\ndata: true\n\n".as_slice()];
        code = feed(&mut client, stream.into_iter().chain(flags.iter().map(Vec::as_slice)));
    });
    assert_eq!(code, Some("TOO_LARGE"));
    assert!(held.bytes_max < 3 * HEAP as u64, "{} bytes", held.bytes_max);
    assert!(held.bytes_current < 2_000, "what was staged is gone, but for {} bytes", held.bytes_current);
}

#[test]
fn live_changes_do_not_grow_past_the_bound_either() {
    let mut client = streaming();
    assert_eq!(feed(&mut client, [&replay("e1:1", &[])[..]]), None);
    let mut code = None;
    for number in 2..100 {
        let id = format!("id: e1:{number}\n");
        code = feed(&mut client, [id.as_bytes(), &heavy(&format!("k{number}"))]);
        assert!(client.store().heap_bytes() <= HEAP);
        if code.is_some() {
            break;
        }
    }
    assert_eq!(code, Some("TOO_LARGE"));
    assert!(client.store().heap_bytes() > HEAP * 9 / 10, "{} bytes", client.store().heap_bytes());
}

#[test]
fn the_estimate_of_memory_counts_whatever_a_peer_can_make_large() {
    let long = "x".repeat(MIB);
    let rule = |attribute: &str, operator: &str, values: &str| {
        format!(r#"{{"key":"a","rules":[{{"attribute":"{attribute}","operator":"{operator}","values":[{values}]}}]}}"#)
    };
    let many = vec!["\"v\""; 1_000].join(",");
    let large = vec![format!("\"{}\"", "v".repeat(512)); 1_000].join(",");
    let documents = [
        rule("a", &long, "\"v\""),
        rule("a", "Equals", &many),
        rule("a", "NotEquals", &large),
        rule(&"a".repeat(128), "Contains", "\"v\""),
        format!(r#"{{"key":"{}","description":"{}"}}"#, "k".repeat(128), "d".repeat(1_024)),
        format!(r#"{{"key":"a","later":"{long}"}}"#),
    ];
    for json in documents {
        let mut client = streaming();
        feed(&mut client, [&replay("e1:1", &[])[..]]);
        assert!(Flag::from_json(json.as_bytes(), Mode::Lenient).is_ok());
        let change = format!("id: e1:2\ndata: {{\"type\":\"UPSERT\",\"flag\":{json}}}\n\n");
        // The parser's buffers are not the flag's: an event of the same size comes first.
        feed(&mut client, [format!("event: later\ndata: {}\n\n", "x".repeat(change.len())).as_bytes()]);
        let held = measure(|| assert_eq!(feed(&mut client, [change.as_bytes()]), None));
        let (taken, estimate) = (held.bytes_current, client.store().heap_bytes() as i64);
        assert!(taken < 3 * estimate + 2_000, "{taken} bytes are held, {estimate} are counted: {:.60}", json);
    }
}
