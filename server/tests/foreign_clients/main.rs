//! Clients that nobody here wrote, and one that was written from the protocol's document alone, rebuild the flags from the
//! stream, byte for byte, across cuts and restarts.
//!
//! `cargo xtask test clients` prepares what they need and runs this; plain `cargo test` leaves it out, for it must pass
//! on a machine that has nothing but Rust.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

mod client;
mod reader;
#[path = "../server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;

const PROTOCOL: support::Protocol = support::Protocol::Http1;

use client::Client;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::net::TcpListener;
use support::Server;

const KEY: &str = "read/key+1";

#[test]
fn every_client_has_the_flags_of_the_server_byte_for_byte() {
    let port = free_port().to_string();
    let settings = [("SDK_KEY", "full-key"), ("CLIENT_KEY", KEY), ("HOST", "127.0.0.1"), ("PORT", &*port)];
    let mut server = Server::start_with(&settings);
    for flag in nasty_flags() {
        put(&server, &flag);
    }
    let mut clients = Client::start_all(server.address, KEY);
    let mut openings = vec!["connected".to_owned()];
    compare(&server, &mut clients, &openings);

    change(&server, "while they listen");
    compare(&server, &mut clients, &openings);

    openings.push(format!("resumed {}", revision(&server)));
    server.kill_and_restart();
    change(&server, "after a kill");
    compare(&server, &mut clients, &openings);

    openings.push(format!("resumed {}", revision(&server)));
    server.terminate();
    assert!(server.wait().success());
    server.restart();
    change(&server, "after a shutdown");
    compare(&server, &mut clients, &openings);

    openings.push("connected".to_owned());
    server.kill();
    for file in ["sidekick.db", "sidekick.db-wal", "sidekick.db-shm"] {
        let _ = std::fs::remove_file(server.folder.join(file));
    }
    server.restart();
    put(&server, &json!({ "key": "another_history" }));
    compare(&server, &mut clients, &openings);
}

/// Each client was opened in these ways and has, flag by flag, the text that `GET /api/flags` has for its key.
fn compare(server: &Server, clients: &mut [Client], openings: &[String]) {
    let bearer = format!("Bearer {KEY}");
    let listing = server.request_with("GET", "/api/flags", &[("Authorization", &bearer)], b"");
    let id = listing.header("etag").unwrap().trim_matches('"').to_owned();
    let flags: Vec<&RawValue> = serde_json::from_slice(&listing.body).unwrap();
    let expected: Vec<String> = flags.iter().map(|flag| format!(r#"{{"type":"UPSERT","flag":{flag}}}"#)).collect();
    for client in clients {
        let rebuilt = client.show(&id);
        assert_eq!(rebuilt.openings, openings, "{}", client.name);
        assert_eq!(rebuilt.changes.len(), expected.len(), "{}", client.name);
        for (own, expected) in rebuilt.changes.iter().zip(&expected) {
            assert_eq!(own.as_bytes(), expected.as_bytes(), "{}", client.name);
        }
        println!("{}: {} flags at {id}, {}", client.name, expected.len(), openings.join(", "));
    }
}

fn revision(server: &Server) -> u64 {
    let listing = server.request("GET", "/api/flags", "");
    listing.header("etag").unwrap().trim_matches('"').rsplit(':').next().unwrap().parse().unwrap()
}

/// A flag is made, one changes, one goes, and one goes and comes again.
fn change(server: &Server, when: &str) {
    put(server, &json!({ "key": when.replace(' ', "_"), "description": when }));
    let patched = server.request("PATCH", "/api/flags/description-3", &json!({ "description": when }).to_string());
    assert_eq!(patched.status, 200);
    put(server, &json!({ "key": "gone" }));
    assert_eq!(server.request("DELETE", "/api/flags/gone", "").status, 204);
    assert_eq!(server.request("DELETE", "/api/flags/large", "").status, 204);
    put(server, &large_flag());
}

fn put(server: &Server, flag: &Value) {
    let answer = server.request("POST", "/api/flags", &flag.to_string());
    assert!(matches!(answer.status, 200 | 201), "{flag}: {}", answer.text());
}

/// Flags whose texts tempt a reader of lines, of UTF-8 or of JSON to go wrong.
fn nasty_flags() -> Vec<Value> {
    let texts = [
        "",
        " ",
        "  two blanks before and after  ",
        "two\nlines",
        "\r\n\r\nevent: ready\r\ndata: {}\r\n\r\n",
        "\n\ndata: {\"type\":\"DELETE\",\"key\":\"large\"}\n\nid: 1\n\n",
        ": a comment?",
        "quote \" backslash \\ slash / \\n \\u0000",
        "controls \0 \u{1} \u{8} \t \u{b} \u{c} \u{1b} \u{1f} \u{7f}",
        "line ends of Unicode \u{85} \u{2028} \u{2029}",
        "\u{feff}byte order marks\u{feff}",
        "é ß ЖЖ 日本語 ひらがな עברית ไทย 😀 👩‍👩‍👧 e\u{301} \u{10ffff}",
        &"日".repeat(341),
    ];
    let described = texts.into_iter().enumerate().map(|(number, text)| {
        json!({ "key": format!("description-{number}"), "is_enabled": number % 2 == 0, "description": text,
                "rules": [{ "attribute": format!("a{text}").chars().take(32).collect::<String>(), "operator": "NotEquals",
                            "values": [text.chars().take(128).collect::<String>(), ""] }] })
    });
    let shares = [json!(0), json!(0.001), json!(12.345), json!(99.999), json!(100), json!(null), json!(5e1)];
    let shared = shares.into_iter().enumerate().map(
        |(number, share)| json!({ "key": format!("Share.{number}"), "is_enabled": true, "rollout_percentage": share }),
    );
    described.chain(shared).chain([json!({ "key": "k".repeat(128) }), json!({ "key": "-" }), large_flag()]).collect()
}

/// Near the largest that a request may carry: it arrives in many pieces, some of which part a character.
fn large_flag() -> Value {
    let values =
        |rule: usize| (0..125).map(|value| format!("{rule} {value} {}", "é😀日".repeat(45))).collect::<Vec<_>>();
    let rule = |rule| json!({ "attribute": "country", "operator": "Contains", "values": values(rule) });
    json!({ "key": "large", "is_enabled": true, "rules": (0..8).map(rule).collect::<Vec<_>>() })
}

/// A free port that no outgoing connection can take while the server is away: systems hand out ports from 32768 on.
fn free_port() -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    (first..32_768).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}
