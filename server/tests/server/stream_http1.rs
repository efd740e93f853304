//! What only HTTP/1.x does with a stream.

use crate::support::{Server, eventually, speak};
use std::io::{Read, Write};
use std::net::TcpStream;

const REQUEST: &[u8] = b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Reads until the text ends with `end`.
fn read_until(mut socket: &TcpStream, end: &str) -> String {
    let (mut text, mut byte) = (String::new(), [0]);
    while !text.ends_with(end) {
        assert_eq!(socket.read(&mut byte).expect("not within the deadline"), 1, "the end after {text:?}");
        text.push(byte[0].into());
    }
    text
}

#[test]
fn a_stream_may_follow_other_requests_of_its_connection() {
    let mut server = Server::start();
    let socket = server.connect();
    let question = "GET /api/flags HTTP/1.1\r\nHost: localhost\r\n\r\n";
    // One after the other, and one that comes with the stream's own request.
    (&socket).write_all(question.as_bytes()).unwrap();
    assert!(read_until(&socket, "\r\n\r\n[]").starts_with("HTTP/1.1 200 "));
    (&socket).write_all(&[question.as_bytes(), REQUEST].concat()).unwrap();
    assert!(read_until(&socket, "\r\n\r\n[]").starts_with("HTTP/1.1 200 "));
    let stream = read_until(&socket, "\"flags\":0}\n\n\r\n");
    assert!(stream.starts_with("HTTP/1.1 200 ") && stream.contains("\r\ndate: "), "{stream}");

    // What else it sends is read by nobody, and takes nothing from the stream.
    (&socket).write_all(&[question.as_bytes(), &[b'x'; 100_000]].concat()).unwrap();
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    assert!(!read_until(&socket, "}}\n\n\r\n").contains("HTTP/1.1"));
    server.terminate();
    assert!(read_until(&socket, "\r\n0\r\n\r\n").contains("retry: "), "a stream that is drained has an end");
    assert_eq!((&socket).read(&mut [0]).unwrap(), 0);
    assert!(server.wait().success());
}

#[test]
fn a_connection_without_room_is_told_when_to_come_back() {
    let server = Server::start_with(&[("MAX_CONNECTIONS", "3")]);
    let streams = [server.stream(None), server.stream(None), server.stream(None)];
    eventually("a connection is turned away", || {
        let answer = speak(server.connect(), b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let seconds: u32 = answer.header("retry-after").map_or(0, |seconds| seconds.parse().unwrap());
        assert!(answer.status == 200 || (1..=30).contains(&seconds), "{answer:?}");
        assert!(answer.status == 200 || answer.json()["detail"].as_str().unwrap().contains("connection"));
        answer.status == 503
    });
    drop(streams);
    eventually("there is room again", || {
        speak(server.connect(), b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .is_some_and(|answer| answer.status == 200)
    });
    assert!(server.metric("sidekick_rejected_total{limit=\"max_connections\"}") >= 1.0);
}

#[test]
fn a_client_that_half_closes_is_gone() {
    let server = Server::start();
    // It might still read, but nobody half-closes an event stream.
    let socket = server.connect();
    (&socket).write_all(REQUEST).unwrap();
    eventually("a stream", || server.metric("sidekick_streams_connected") == 1.0);
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    eventually("the stream is gone", || server.metric("sidekick_streams_connected") == 0.0);
}

#[test]
fn a_stream_over_http_1_0_ends_with_its_connection() {
    let mut server = Server::start();
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    let mut socket = server.connect();
    socket.write_all(b"GET /stream HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    let mut buffer = [0; 4096];
    while !text.contains("event: ready") {
        let count = socket.read(&mut buffer).unwrap();
        assert!(count > 0, "{text}");
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
    }
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200") && !head.to_ascii_lowercase().contains("chunked"), "{head}");
    assert!(body.starts_with("event: connected\ndata: true\n\ndata: {"), "{body}");
    server.terminate();
    let mut rest = String::new();
    socket.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("\n\n") && rest.contains("retry: "), "{rest}");
    assert!(server.wait().success());
}
