//! The answers of servers, proxies and captive portals to the request for a stream.

use crate::host::{Host, error};
use crate::script::replay;
use sidekick_core::sync::{Output, Status, SyncClient};

/// Status, content type, `Retry-After`, the error, and the least and the most that the client waits.
type Answer = (u16, Option<&'static str>, Option<&'static str>, &'static str, u64, u64);

const HTML: Option<&str> = Some("text/html; charset=utf-8");
const STREAM: Option<&str> = Some("text/event-stream");

const ANSWERS: [Answer; 20] = [
    (200, HTML, None, "NOT_AN_EVENT_STREAM", 0, 1_000),
    (200, HTML, Some("9"), "NOT_AN_EVENT_STREAM", 0, 1_000),
    (200, None, None, "NOT_AN_EVENT_STREAM", 0, 1_000),
    (200, Some("text/event-streams"), None, "NOT_AN_EVENT_STREAM", 0, 1_000),
    (200, Some("application/json; text/event-stream"), None, "NOT_AN_EVENT_STREAM", 0, 1_000),
    (401, STREAM, None, "REFUSED", 60_000, 300_000),
    (403, None, Some("1"), "REFUSED", 60_000, 300_000),
    (404, HTML, None, "UNEXPECTED_STATUS", 0, 1_000),
    (204, STREAM, None, "UNEXPECTED_STATUS", 0, 1_000),
    (301, STREAM, None, "UNEXPECTED_STATUS", 0, 1_000),
    (0, STREAM, None, "UNEXPECTED_STATUS", 0, 1_000),
    (429, None, Some("7"), "UNEXPECTED_STATUS", 7_000, 8_000),
    (503, None, Some("0"), "UNEXPECTED_STATUS", 0, 1_000),
    (503, None, Some("300"), "UNEXPECTED_STATUS", 300_000, 301_000),
    (503, None, Some("301"), "UNEXPECTED_STATUS", 300_000, 301_000),
    (503, None, Some("99999999999999999999999999"), "UNEXPECTED_STATUS", 300_000, 301_000),
    (503, None, Some("-5"), "UNEXPECTED_STATUS", 0, 1_000),
    (503, None, Some("1.5"), "UNEXPECTED_STATUS", 0, 1_000),
    (503, None, Some("Wed, 21 Oct 2099 07:28:00 GMT"), "UNEXPECTED_STATUS", 0, 1_000),
    (503, None, Some(""), "UNEXPECTED_STATUS", 0, 1_000),
];

#[test]
fn an_answer_that_is_no_stream_is_told_and_tried_again_after_what_it_asks_for() {
    for (status, content_type, retry_after, code, least, most) in ANSWERS {
        for seed in 0..20 {
            let mut host = Host::new(seed);
            host.start(50);
            let outputs = host.answer(100, status, content_type, retry_after);
            assert_eq!(error(&outputs), Some(code), "{status} {content_type:?}");
            assert_eq!((host.connection, host.client.status()), (None, Status::Connecting));
            let waited = host.wait_for_connect() - 100;
            assert!((least..=most).contains(&waited), "{status} {retry_after:?}: {waited} ms");
            assert_eq!(host.connects.len(), 2);
        }
    }
}

#[test]
fn what_a_server_asks_for_is_waited_for_though_somebody_hurries() {
    for (status, content_type, retry_after, code, least, _) in ANSWERS {
        for seed in 0..20 {
            let answered = |seed| {
                let mut host = Host::new(seed);
                host.start(50);
                host.answer(100, status, content_type, retry_after);
                host
            };
            let unhurried = answered(seed).wait_for_connect();
            let mut host = answered(seed);
            let mut now = 100;
            while host.connection.is_none() {
                host.hurry(now);
                now += 50;
            }
            let expected = if code == "REFUSED" { unhurried } else { unhurried.min((100 + least).max(1_050)) };
            let connect = host.connects[1];
            assert!(
                (expected..expected + 50).contains(&connect),
                "{status} {retry_after:?}: {connect}, not {expected}"
            );
        }
    }
}

#[test]
fn what_came_instead_of_a_stream_is_said_and_cut_to_a_readable_length() {
    for (content_type, said) in
        [("text/html".to_owned(), "text/html"), (format!("x{}", "é".repeat(10_000)), "xé"), ("<".repeat(10_000), "<<")]
    {
        let mut client = SyncClient::new(1);
        client.start(0);
        client.handle_connected(1, 200, Some(&content_type), None);
        let message = std::iter::from_fn(|| client.poll_output())
            .find_map(|output| if let Output::Error(error) = output { Some(error.to_string()) } else { None });
        let message = message.unwrap();
        assert!(message.contains(said) && message.len() < 250, "{message}");
    }
}

#[test]
fn an_event_stream_is_one_however_its_type_is_written() {
    for content_type in
        ["text/event-stream", "TEXT/Event-Stream", "text/event-stream;charset=utf-8", "text/event-stream ; q"]
    {
        let mut host = Host::new(1);
        host.start(0);
        assert_eq!(error(&host.answer(1, 200, Some(content_type), Some("9"))), None, "{content_type:?}");
        assert!(host.connection.is_some());
    }
}

#[test]
fn a_refused_key_is_tried_for_ever_and_never_often() {
    let mut host = Host::new(5);
    host.start(0);
    let mut now = 0;
    for _ in 0..100 {
        host.answer(now, 401, None, None);
        let next = host.wait_for_connect();
        assert!((60_000..=300_000).contains(&(next - now)));
        now = next;
    }
}

#[test]
fn answers_that_no_one_waits_for_do_nothing() {
    let mut host = Host::new(5);
    assert!(host.answer(0, 200, STREAM, None).is_empty());
    assert!(host.bytes(0, b"data: x\n\n").is_empty() && host.gone(0).is_empty() && host.wake(0).is_empty());
    host.start(0);
    assert!(host.start(1).is_empty());
    assert!(host.bytes(1, b"data: x\n\n").is_empty());
    host.answer(2, 200, STREAM, None);
    assert!(host.answer(3, 401, None, None).is_empty());
    host.gone(4);
    assert!(host.answer(5, 200, STREAM, None).is_empty());
    assert!(host.bytes(5, b"data: x\n\n").is_empty() && host.gone(5).is_empty());
    assert_eq!(host.connects.len(), 1);
}

#[test]
fn a_hurry_is_nothing_to_a_client_that_does_not_wait() {
    let mut host = Host::new(5);
    assert!(host.hurry(0).is_empty(), "not started");
    host.start(0);
    assert!(host.hurry(5_000).is_empty(), "connecting");
    host.answer(6_000, 200, STREAM, None);
    assert!(host.hurry(7_000).is_empty(), "streaming");
    host.bytes(7_000, &replay("e1:1", &[("a", 1)]));
    assert!(host.hurry(8_000).is_empty(), "ready");
    host.close(9_000);
    assert!(host.hurry(100_000).is_empty(), "closed");
}
