//! Limits: who goes beyond one is refused, told why and when to come again, and nobody else notices.

use crate::support::{Chunked, EventStream, Response, Server, eventually, exchange, read_head};
use sidekick_core::sync::{Output, Status, SyncClient};
use std::io::{BufReader, Read, Write};

const FLAG: &str = r#"{"key":"a"}"#;
const FULL: &str = "full-key";
const OTHER: &str = "other-key";

/// A server with two full keys and these variables.
fn start(variables: &[(&str, &str)]) -> Server {
    let keys = [("SDK_KEY", "full-key,other-key"), ("CLIENT_KEY", "client-key")];
    Server::start_with(&[&keys, variables].concat())
}

/// A request with this key that a proxy has sent on for `client`.
fn ask(server: &Server, key: &str, client: &str, method: &str, path: &str) -> Response {
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", &*bearer), ("X-Forwarded-For", client), ("Content-Type", "application/json")];
    exchange(server.connect(), method, path, &headers, if method == "POST" { FLAG.as_bytes() } else { b"" })
}

/// Whether an answer is a problem that says when to come again, within these seconds.
fn assert_sent_away(answer: &Response, status: u16, variable: &str, seconds: std::ops::RangeInclusive<u32>) {
    assert_eq!((answer.status, answer.header("content-type")), (status, Some("application/problem+json")));
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert!(problem["detail"].as_str().unwrap().contains(variable), "{problem}");
    let retry_after: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds.contains(&retry_after), "{variable}: {retry_after} s");
}

#[test]
fn a_key_that_writes_too_fast_is_refused_and_others_are_not() {
    let server = start(&[("WRITE_RATE_PER_KEY", "1")]);
    let answers: Vec<_> = (0..40).map(|_| ask(&server, FULL, "-", "POST", "/api/flags")).collect();
    let written = answers.iter().filter(|answer| answer.status < 300).count();
    assert!((10..40).contains(&written), "ten at once, and one a second: {written}");
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status >= 300).collect();
    for answer in &refused {
        assert_sent_away(answer, 429, "WRITE_RATE_PER_KEY", 1..=2);
    }
    assert_eq!(server.metric("sidekick_rejected_total{limit=\"write_rate_per_key\"}"), refused.len() as f64);
    assert_eq!(server.log().matches("callers are refused").count(), 1, "the log is not flooded");
    let history = server.request("GET", "/api/history", "").json();
    assert_eq!(history.as_array().unwrap().len(), written, "a write that was refused has changed nothing");
    for (method, path) in [("PATCH", "/api/flags/a"), ("DELETE", "/api/flags/a")] {
        assert_eq!(ask(&server, FULL, "-", method, path).status, 429, "{method} is a write too");
    }
    assert_eq!(ask(&server, FULL, "-", "GET", "/api/flags").status, 200, "reading goes on");
    assert_eq!(ask(&server, OTHER, "-", "POST", "/api/flags").status, 200);
}

#[test]
fn behind_a_trusted_proxy_each_client_has_its_own_rate() {
    let proxied = start(&[("WRITE_RATE_PER_ADDRESS", "1"), ("TRUSTED_PROXIES", "127.0.0.0/8")]);
    let status = |server: &Server, client: &str| ask(server, FULL, client, "POST", "/api/flags").status;
    while status(&proxied, "192.0.2.1") < 300 {}
    assert!(status(&proxied, "192.0.2.2") < 300);
    assert!(status(&proxied, "2001:db8::1") < 300);
    assert_eq!(status(&proxied, "198.51.100.7, 192.0.2.1"), 429, "what a client wrote itself does not count");
    let direct = start(&[("WRITE_RATE_PER_ADDRESS", "1")]);
    while status(&direct, "192.0.2.1") < 300 {}
    assert_eq!(status(&direct, "192.0.2.2"), 429, "nobody is believed unless named");
}

#[test]
fn an_address_that_fails_too_often_is_told_to_wait_and_a_known_key_still_passes() {
    let server = start(&[("AUTH_FAILURE_RATE", "1")]);
    let mut answers: Vec<_> = (0..40).map(|_| ask(&server, "wrong", "-", "GET", "/api/flags")).collect();
    let unknown = answers.iter().filter(|answer| answer.status == 401).count();
    assert!((10..40).contains(&unknown));
    answers.retain(|answer| answer.status != 401);
    for answer in &answers {
        // As long as SDKs wait by themselves after a refused key.
        assert_sent_away(answer, 429, "AUTH_FAILURE_RATE", 60..=300);
    }
    for key in [FULL, OTHER, "client-key"] {
        assert_eq!(ask(&server, key, "-", "GET", "/api/flags").status, 200);
        let bearer = format!("Bearer {key}");
        EventStream::open(server.connect(), "/stream", &[("Authorization", &bearer)]).read_replay();
    }
    assert_eq!(ask(&server, "client-key", "-", "POST", "/api/flags").status, 403, "a key that may not has not failed");
    assert_eq!(server.request("GET", "/healthz", "").status, 200);
}

#[test]
fn a_key_has_its_share_of_the_streams_and_the_server_its_most() {
    let server = start(&[("MAX_STREAMS", "3"), ("MAX_STREAMS_PER_KEY", "2")]);
    let open = |key: &str| EventStream::open(server.connect(), &format!("/stream?sdk_key={key}"), &[]);
    let mut streams = vec![open(FULL), open(FULL)];
    assert_sent_away(&ask(&server, FULL, "-", "GET", "/stream"), 429, "MAX_STREAMS_PER_KEY", 1..=15);
    streams.push(open(OTHER));
    assert_sent_away(&ask(&server, OTHER, "-", "GET", "/stream"), 503, "MAX_STREAMS is 3", 1..=15);
    streams.iter_mut().for_each(|stream| drop(stream.read_replay()));
    assert_eq!(server.metric("sidekick_streams_connected"), 3.0);
    assert_eq!(server.metric("sidekick_limit{limit=\"max_streams\"}"), 3.0);
    assert_eq!(server.metric("sidekick_rejected_total{limit=\"max_streams\"}"), 1.0);
    drop(streams);
    eventually("the streams that ended make room", || server.metric("sidekick_streams_connected") == 0.0);
    open(FULL).read_replay();
}

#[test]
fn a_store_that_is_full_takes_changes_of_its_flags_and_no_new_one() {
    let server = start(&[("MAX_FLAGS", "3")]);
    let put = |key: &str| server.request("POST", "/api/flags", &format!(r#"{{"key":"{key}"}}"#));
    for key in ["a", "b", "c"] {
        assert_eq!(put(key).status, 201);
    }
    let refused = put("d");
    assert_eq!((refused.status, refused.header("retry-after")), (409, None));
    let problem = refused.json();
    assert!(problem["detail"].as_str().unwrap().contains("there are 3 flags already: MAX_FLAGS"), "{problem}");
    assert_eq!(server.metric("sidekick_rejected_total{limit=\"max_flags\"}"), 1.0);
    assert_eq!(put("a").status, 200);
    assert_eq!(server.request("PATCH", "/api/flags/b", r#"{"is_enabled":true}"#).status, 200);
    assert_eq!(server.request("PATCH", "/api/flags/d", r#"{"is_enabled":true}"#).status, 404);
    assert_eq!(server.request("DELETE", "/api/flags/c", "").status, 204);
    let created = put("d");
    assert_eq!((created.status, created.json()["revision"].clone()), (201, 7.into()), "no revision was used up");
}

#[test]
fn writers_at_once_do_not_overfill_the_store() {
    let server = start(&[("MAX_FLAGS", "20")]);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let server = &server;
        let writers: Vec<_> = (0..40)
            .map(|key| scope.spawn(move || server.request("POST", "/api/flags", &format!(r#"{{"key":"{key}"}}"#))))
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap().status).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 20);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 20);
    assert_eq!(server.request("GET", "/api/flags", "").json().as_array().unwrap().len(), 20);
}

/// Asks for a stream: the answer's head, and what comes after it.
fn open(server: &Server) -> (Response, Chunked) {
    let mut socket = server.connect();
    let request = format!("GET /stream?sdk_key={FULL} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    socket.write_all(request.as_bytes()).unwrap();
    let mut socket = BufReader::new(socket);
    let (status, headers) = read_head(&mut socket);
    (Response { status, headers, body: Vec::new() }, Chunked::new(socket))
}

fn outputs(sdk: &mut SyncClient) -> Vec<Output> {
    std::iter::from_fn(|| sdk.poll_output()).collect()
}

/// The client that every SDK has, against the real server, on a clock of the test's own.
#[test]
fn an_sdk_that_is_sent_away_stays_away_as_long_as_it_was_told_and_then_gets_its_flags() {
    let server = start(&[("MAX_STREAMS", "1")]);
    server.request("POST", "/api/flags", FLAG);
    let mut first = server.stream(None);
    first.read_replay();

    let mut sdk = SyncClient::new(7);
    let mut now = 1_000;
    sdk.start(now);
    assert!(outputs(&mut sdk).iter().any(|output| matches!(output, Output::Connect { .. })));
    let (refused, _) = open(&server);
    assert_eq!(refused.status, 429);
    let retry_after = refused.header("retry-after").unwrap();
    sdk.handle_connected(now, refused.status, refused.header("content-type"), Some(retry_after));
    let due = outputs(&mut sdk).iter().find_map(|output| match output {
        Output::WakeAt(due) => Some(*due),
        _ => None,
    });
    let told = retry_after.parse::<u64>().unwrap() * 1_000;
    // The client adds a first back-off of its own, at most a second.
    assert!((now + told..=now + told + 1_000).contains(&due.unwrap()), "{told} ms, and it comes at {due:?}");

    drop(first);
    eventually("there is room", || server.metric("sidekick_streams_connected") == 0.0);
    now = due.unwrap() - 1;
    sdk.handle_timeout(now);
    assert!(!outputs(&mut sdk).iter().any(|output| matches!(output, Output::Connect { .. })), "it is not time yet");
    now += 1;
    sdk.handle_timeout(now);
    assert!(outputs(&mut sdk).iter().any(|output| matches!(output, Output::Connect { .. })));
    let (opened, mut body) = open(&server);
    sdk.handle_connected(now, opened.status, opened.header("content-type"), opened.header("retry-after"));
    let mut buffer = [0; 4096];
    while sdk.status() != Status::Ready {
        let count = body.read(&mut buffer).unwrap();
        assert!(count > 0, "the stream ended before it was ready");
        sdk.handle_bytes(now, &buffer[..count]);
        outputs(&mut sdk);
    }
    assert!(sdk.store().get("a").is_some());
}
