//! Keys: who may do what, which ways a key may come, and that none is ever shown.

use crate::support::{EventStream, Response, Server, exchange};
use serde_json::json;

const FULL: &str = "full-key-0f3a";
const NEXT: &str = "next-key-77c1";
const CLIENT: &str = "client-key-b2e8";
const CLIENT_NEXT: &str = "client-next-key-91d4";
const WRONG: &str = "wrong-key-5ad0";

fn start() -> Server {
    Server::start_with(&[
        ("SDK_KEY", &format!("{FULL},{NEXT}")),
        ("CLIENT_KEY", &format!("{CLIENT}, {CLIENT_NEXT}")),
        ("LOG_LEVEL", "trace"),
    ])
}

/// A request with this `Authorization`, or with none.
fn ask(server: &Server, authorization: Option<&str>, method: &str, path: &str) -> Response {
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    let body = match (method, path) {
        ("POST", "/api/flags") => r#"{"key":"a"}"#,
        ("POST", _) => r#"{"flag_key":"a","user_key":"u"}"#,
        ("PATCH", _) => r#"{"is_enabled":true}"#,
        _ => "",
    };
    exchange(server.connect(), method, path, &headers, body.as_bytes())
}

const READING: [(&str, &str); 5] = [
    ("GET", "/api/flags"),
    ("GET", "/api/flags/a"),
    ("HEAD", "/api/flags"),
    ("GET", "/api/session"),
    ("GET", "/openapi.json"),
];
const FULL_ONLY: [(&str, &str); 8] = [
    ("POST", "/api/flags"),
    ("PATCH", "/api/flags/a"),
    ("GET", "/api/flags/a/history"),
    ("GET", "/api/history"),
    ("POST", "/api/evaluate"),
    ("GET", "/api/stats"),
    ("GET", "/metrics"),
    ("DELETE", "/api/flags/a"),
];

#[test]
fn without_a_known_key_nothing_is_told() {
    let server = start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    let (wrong, lower, twice) = (format!("Bearer {WRONG}"), FULL.to_uppercase(), format!("Bearer {FULL},{NEXT}"));
    let upper = format!("Bearer {lower}");
    let basic = format!("Basic {FULL}");
    let known_beside_it = format!("Bearer {FULL} {FULL}");
    let refused = [
        None,
        Some(wrong.as_str()),
        Some(&upper),
        Some(&twice),
        Some(&basic),
        Some(FULL),
        Some("Bearer "),
        Some("Bearer"),
        Some(""),
        Some(&known_beside_it),
    ];
    for (method, path) in READING.into_iter().chain(FULL_ONLY).chain([("GET", "/stream")]) {
        for authorization in refused {
            let answer = ask(&server, authorization, method, path);
            assert_eq!(answer.status, 401, "{authorization:?} {method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            if method != "HEAD" {
                let problem = answer.json();
                assert_eq!((&problem["status"], &problem["title"]), (&401.into(), &"Unauthorized".into()));
                assert!(problem["detail"].as_str().unwrap().contains("key"), "{problem}");
            }
        }
    }
    let untouched = server.request("GET", "/api/history", "").json();
    assert_eq!(untouched.as_array().unwrap().len(), 1);
}

#[test]
fn a_client_key_reads_flags_and_nothing_else() {
    let server = start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    for key in [CLIENT, CLIENT_NEXT] {
        let bearer = format!("Bearer {key}");
        for (method, path) in READING {
            assert_eq!(ask(&server, Some(&bearer), method, path).status, 200, "{method} {path}");
        }
        let mut stream = EventStream::open(server.connect(), "/stream", &[("Authorization", &bearer)]);
        assert_eq!(stream.read_replay().0.len(), 1);
        for (method, path) in FULL_ONLY {
            let answer = ask(&server, Some(&bearer), method, path);
            assert_eq!(answer.status, 403, "{method} {path}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
            assert_eq!(answer.json()["status"], 403);
            assert_eq!(answer.header("www-authenticate"), None, "another try with the same key is in vain");
        }
    }
    assert_eq!(server.request("GET", "/api/history", "").json().as_array().unwrap().len(), 1);
}

#[test]
fn every_full_key_of_a_rotation_does_everything() {
    let server = start();
    for key in [FULL, NEXT] {
        // RFC 9110, section 11.1: the scheme is not case-sensitive.
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let bearer = format!("{scheme} {key}");
            let mut statuses = vec![ask(&server, Some(&bearer), "POST", "/api/flags").status];
            for (method, path) in READING.into_iter().chain(FULL_ONLY).filter(|route| *route != ("POST", "/api/flags"))
            {
                statuses.push(ask(&server, Some(&bearer), method, path).status);
            }
            assert_eq!(statuses, [201, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 204]);
            EventStream::open(server.connect(), "/stream", &[("Authorization", &bearer)]).read_replay();
        }
    }
}

#[test]
fn a_key_in_the_query_opens_the_stream_alone() {
    let server = start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    for key in [FULL, NEXT, CLIENT, CLIENT_NEXT] {
        let path = format!("/stream?sdk_key={key}");
        assert_eq!(EventStream::open(server.connect(), &path, &[]).read_replay().0.len(), 1);
        let path = format!("/stream?last_event_id=none%3A0&sdk_key={key}&x=1");
        assert_eq!(EventStream::open(server.connect(), &path, &[]).read_replay().0.len(), 1);
        for (method, path) in READING.into_iter().chain(FULL_ONLY) {
            let answer = ask(&server, None, method, &format!("{path}?sdk_key={key}"));
            assert_eq!(answer.status, 401, "{method} {path}");
        }
    }
    let escaped = format!("/stream?sdk_key=%66{}", FULL.strip_prefix('f').unwrap());
    EventStream::open(server.connect(), &escaped, &[]).read_replay();
    for query in [format!("sdk_key={WRONG}"), "sdk_key=".to_owned(), format!("SDK_KEY={FULL}"), format!("key={FULL}")] {
        assert_eq!(ask(&server, None, "GET", &format!("/stream?{query}")).status, 401, "{query}");
    }
    // The header counts where both are given.
    let both = format!("/stream?sdk_key={FULL}");
    assert_eq!(ask(&server, Some(&format!("Bearer {WRONG}")), "GET", &both).status, 401);
}

#[test]
fn machines_and_people_at_the_door_need_no_key() {
    let server = start();
    for path in ["/healthz", "/readyz", "/"] {
        assert_eq!(ask(&server, None, "GET", path).status, 200, "{path}");
        assert_eq!(ask(&server, Some(&format!("Bearer {WRONG}")), "GET", path).status, 200, "{path}");
        assert_eq!(ask(&server, None, "HEAD", path).status, 200, "{path}");
    }
    assert_eq!(ask(&server, None, "GET", "/healthz").json()["status"], "ok");
    assert_eq!(ask(&server, None, "GET", "/readyz").json()["status"], "ready");
    assert!(ask(&server, None, "GET", "/").header("content-type").unwrap().starts_with("text/html"));
}

#[test]
fn the_history_tells_the_keys_of_a_rotation_apart_and_gives_none_away() {
    let server = start();
    let written_with = |key: &str| {
        let bearer = format!("Bearer {key}");
        assert!(ask(&server, Some(&bearer), "POST", "/api/flags").status < 300);
        let history = server.request("GET", "/api/history?limit=1", "").json();
        history[0]["actor"].as_str().unwrap().to_owned()
    };
    let (full, next, full_again) = (written_with(FULL), written_with(NEXT), written_with(FULL));
    assert_eq!(full, full_again);
    assert_ne!(full, next);
    for name in [full, next] {
        assert!(!name.is_empty());
        assert!(![FULL, NEXT].iter().any(|key| name.contains(key) || key.contains(&name)), "{name}");
    }
}

#[test]
fn a_caller_is_told_what_the_key_may_do() {
    let server = start();
    let session = |key: &str| ask(&server, Some(&format!("Bearer {key}")), "GET", "/api/session").json();
    let version = env!("CARGO_PKG_VERSION");
    for (key, access, kind) in
        [(FULL, "full", "admin"), (NEXT, "full", "admin"), (CLIENT, "read", "client"), (CLIENT_NEXT, "read", "client")]
    {
        let actor = session(key)["actor"].as_str().unwrap().to_owned();
        let expected = json!({
            "authentication": true, "access": access, "actor": actor, "kind": kind, "expires_at": null, "version": version, "client_visible_default": true
        });
        assert_eq!(session(key), expected);
    }
    let answer = ask(&server, Some(&format!("Bearer {FULL}")), "POST", "/api/flags");
    assert_eq!(answer.status, 201);
    let history = server.request("GET", "/api/history", "").json();
    assert_eq!(history[0]["actor"], session(FULL)["actor"], "the history calls the caller the same");
    assert_ne!(session(NEXT)["actor"], session(FULL)["actor"]);
}

#[test]
fn no_key_is_ever_shown() {
    let mut server = start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    let keys = [FULL, NEXT, CLIENT, CLIENT_NEXT, WRONG];
    let mut shown = Vec::new();
    for key in keys {
        let bearer = format!("Bearer {key}");
        for (method, path) in READING.into_iter().chain(FULL_ONLY) {
            shown.push(ask(&server, Some(&bearer), method, path));
            shown.push(ask(&server, None, method, &format!("{path}?sdk_key={key}")));
        }
        shown.push(ask(&server, None, "GET", &format!("/api/unknown?sdk_key={key}")));
        shown.push(ask(&server, None, "PUT", &format!("/stream?sdk_key={key}")));
        shown.push(ask(&server, None, "GET", &format!("/nothing-here?sdk_key={key}")));
        shown.push(ask(&server, Some(&format!("Bearer {FULL}")), "GET", &format!("/api/history?sdk_key={key}")));
        if key == WRONG {
            shown.push(ask(&server, Some(&bearer), "GET", "/stream"));
            shown.push(ask(&server, None, "GET", &format!("/stream?sdk_key={key}")));
        } else {
            EventStream::open(server.connect(), "/stream", &[("Authorization", &bearer)]).read_replay();
            EventStream::open(server.connect(), &format!("/stream?sdk_key={key}"), &[]).read_replay();
        }
    }
    for answer in shown {
        let whole = format!("{:?} {}", answer.headers, String::from_utf8_lossy(&answer.body));
        assert!(!keys.iter().any(|key| whole.contains(key)), "{whole}");
    }
    server.terminate();
    server.wait();
    let log = server.log();
    assert!(log.contains("/stream") && log.contains("401"), "requests are logged:\n{log}");
    assert!(!keys.iter().any(|key| log.contains(key)), "{log}");
    assert!(!log.contains("sdk_key="), "{log}");
}

#[test]
fn without_sdk_key_everybody_is_let_in() {
    let server = Server::start();
    assert_eq!(ask(&server, None, "POST", "/api/flags").status, 201);
    assert_eq!(ask(&server, Some("Bearer whatever"), "DELETE", "/api/flags/a").status, 204);
    let history = server.request("GET", "/api/history", "").json();
    assert_eq!(history[0]["actor"], "anonymous");
    let session = ask(&server, None, "GET", "/api/session").json();
    let version = env!("CARGO_PKG_VERSION");
    let expected = json!({
        "authentication": false, "access": "full", "actor": "anonymous", "kind": null, "expires_at": null,
        "version": version, "client_visible_default": true
    });
    assert_eq!(session, expected);
}
