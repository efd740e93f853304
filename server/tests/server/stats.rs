//! `GET /api/stats`: what a page shows of how this instance is doing.

use crate::support::{Server, eventually};
use serde_json::Value;

fn stats(server: &Server) -> Value {
    let answer = server.request("GET", "/api/stats", "");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
    answer.json()
}

#[test]
fn a_server_that_just_started_has_seen_nothing() {
    let server = Server::start();
    let stats = stats(&server);
    assert_eq!(stats["version"], env!("CARGO_PKG_VERSION"));
    assert!(stats["uptime_seconds"].as_u64().is_some_and(|seconds| seconds < 20), "{stats}");
    assert_eq!(stats["storage"], serde_json::json!({"kind": "sqlite", "is_up": true}));
    assert_eq!((&stats["redis"], &stats["is_stale"]), (&"none".into(), &false.into()));
    for number in ["revision", "flags", "clients", "changes"] {
        assert_eq!(stats[number], 0, "{number}");
    }
    let minutes = stats["minutes"].as_array().unwrap();
    assert_eq!(minutes.len(), 1, "the minute that runs");
    let began = minutes[0]["time"].as_str().unwrap();
    assert!(began >= stats["started_at"].as_str().unwrap() && began.ends_with('Z'), "{stats}");
    assert_eq!((&minutes[0]["deliveries"], &minutes[0]["lag_ms"]), (&0.into(), &Value::Null));
}

#[test]
fn changes_clients_and_lags_are_counted() {
    let server = Server::start();
    let mut streams = [server.stream(None), server.stream(None)];
    for stream in &mut streams {
        stream.read_replay();
    }
    for number in 0..5 {
        server.request("POST", "/api/flags", &format!(r#"{{"key":"flag-{}"}}"#, number % 3));
    }
    server.request("DELETE", "/api/flags/flag-0", "");
    server.request("DELETE", "/api/flags/flag-0", "");
    for stream in &mut streams {
        for _ in 0..6 {
            assert_eq!(stream.next_but_heartbeats().unwrap().kind, "message");
        }
    }
    let stats = stats(&server);
    assert_eq!((&stats["changes"], &stats["revision"], &stats["flags"]), (&6.into(), &6.into(), &2.into()), "{stats}");
    assert_eq!(stats["clients"], 2);
    let minute = &stats["minutes"][0];
    assert_eq!(
        (&minute["changes"], &minute["deliveries"], &minute["clients"]),
        (&6.into(), &12.into(), &2.into()),
        "{stats}"
    );
    let (p50, p99) = (minute["lag_ms"]["p50"].as_f64().unwrap(), minute["lag_ms"]["p99"].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p99 && p99 < 20_000.0, "{stats}");
    drop(streams);
    eventually("the streams are gone", || self::stats(&server)["clients"] == 0);
}
