//! What client keys see: the visible flags without what is for people alone, and hashes of values that are not for
//! everybody. Of the rest no byte.

use crate::support::{EventStream, InProcess, Response, Server, eventually, exchange, run_to_end};
use serde_json::{Value, json};
use server::config::Timeouts;
use sidekick_core::sync::{Output, Status, SyncClient};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::JoinHandle;
use std::time::Duration;

const SDK: &str = "sdk-key-5b1f";
const CLIENT: &str = "client-key-90ac";
const KEYS: [(&str, &str); 2] = [("SDK_KEY", SDK), ("CLIENT_KEY", CLIENT)];

fn start() -> Server {
    Server::start_with(&KEYS)
}

fn put(server: &Server, flag: &Value) -> Response {
    let answer = server.request("POST", "/api/flags", &flag.to_string());
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    answer
}

fn as_client(server: &Server, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
    let bearer = format!("Bearer {CLIENT}");
    let headers = [headers, &[("Authorization", bearer.as_str())]].concat();
    exchange(server.connect(), method, path, &headers, b"")
}

fn client_stream(server: &Server, last_event_id: Option<&str>) -> EventStream {
    let bearer = format!("Bearer {CLIENT}");
    let mut headers = vec![("Authorization", bearer.as_str())];
    headers.extend(last_event_id.map(|id| ("Last-Event-ID", id)));
    EventStream::open(server.connect(), "/stream", &headers)
}

/// All bytes that the server answers to a client's request, from the first to the end of the connection.
fn tap(server: &Server, method: &str, path: &str, header: &str) -> JoinHandle<Vec<u8>> {
    let mut socket = server.connect();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {CLIENT}\r\n{header}\r\n");
    socket.write_all(head.as_bytes()).unwrap();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes);
        bytes
    })
}

fn rule(operator: &str, values: &[&str], hash_values: bool) -> Value {
    json!({"attribute": "email", "operator": operator, "values": values, "hash_values": hash_values})
}

#[test]
fn no_byte_of_what_is_hidden_or_hashed_reaches_a_client() {
    let mut server = start();
    let hidden = |key: &str, word: &str| {
        json!({"key": key, "description": format!("canary-text-{word}"), "client_visible": false,
               "rules": [rule("Equals", &[&format!("canary-value-{word}@secret.example")], false)]})
    };
    let seen = |key: &str, on: bool| {
        json!({"key": key, "is_enabled": on, "description": "canary-description", "rules": [
            rule("Equals", &["canary-hashed-1@secret.example", "canary-hashed-2@secret.example"], true),
            rule("NotEquals", &["canary-hashed-3@secret.example"], true),
            rule("EndsWith", &["@plain.example"], false)]})
    };
    put(&server, &hidden("canary-key-old", "old"));
    put(&server, &seen("seen-old", false));
    put(&server, &hidden("canary-key-gone", "gone"));
    server.request("DELETE", "/api/flags/canary-key-gone", "");
    let (_, id) = client_stream(&server, None).read_replay();

    let mut taps =
        vec![tap(&server, "GET", "/stream", ""), tap(&server, "GET", &format!("/stream?last_event_id={id}"), "")];
    eventually("2 streams", || server.metric("sidekick_streams_connected") == 2.0);
    put(&server, &hidden("canary-key-new", "new"));
    put(&server, &hidden("canary-key-new", "newer"));
    server.request("PATCH", "/api/flags/canary-key-old", r#"{"description":"canary-text-patched"}"#);
    server.request("DELETE", "/api/flags/canary-key-new", "");
    put(&server, &seen("seen-live", false));
    put(&server, &seen("seen-live", true));
    // From here on it is hidden; what it becomes then is nobody's business.
    server.request("PATCH", "/api/flags/seen-live", r#"{"client_visible":false}"#);
    server.request(
        "PATCH",
        "/api/flags/seen-live",
        r#"{"rules":[{"attribute":"canary-attribute","operator":"Equals","values":["canary-late"]}]}"#,
    );
    server.request("PATCH", "/api/flags/seen-live", r#"{"rules":[]}"#);
    server.request("PATCH", "/api/flags/seen-live", r#"{"client_visible":true}"#);
    server.request("DELETE", "/api/flags/seen-live", "");
    put(&server, &seen("seen-last", true));
    let listing = as_client(&server, "GET", "/api/flags", &[]);
    let tag = listing.header("etag").unwrap().to_owned();
    let paths = [
        "/api/flags",
        "/api/flags/canary-key-old",
        "/api/flags/seen-old",
        "/api/flags/canary%2Dkey%2Dold/history",
        "/api/history",
        "/api/stats",
        "/api/session",
        "/metrics",
        "/openapi.json",
        "/api/evaluate",
    ];
    for method in ["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"] {
        for path in paths {
            for condition in [String::new(), format!("If-None-Match: {tag}\r\n"), "If-None-Match: *\r\n".to_owned()] {
                // A path of its own holds the canary: what is looked for is in the answers alone.
                taps.push(tap(&server, method, path, &format!("{condition}Connection: close\r\n")));
            }
        }
    }
    // What was missed, from this process and from one that has read it from the log.
    taps.push(tap(&server, "GET", "/stream", &format!("Last-Event-ID: {id}\r\n")));
    let mut last = client_stream(&server, Some(&id));
    eventually("2 streams more", || server.metric("sidekick_streams_connected") == 4.0);
    while last.next_but_heartbeats().is_some_and(|event| !event.data.contains("seen-last")) {}
    server.terminate();
    server.wait();
    let mut told: Vec<Vec<u8>> = taps.into_iter().map(|tap| tap.join().unwrap()).collect();
    server.restart();
    let after =
        [tap(&server, "GET", "/stream", &format!("Last-Event-ID: {id}\r\n")), tap(&server, "GET", "/stream", "")];
    eventually("2 streams", || server.metric("sidekick_streams_connected") == 2.0);
    server.terminate();
    server.wait();
    told.extend(after.map(|tap| tap.join().unwrap()));

    let all: Vec<String> = told.iter().map(|bytes| String::from_utf8_lossy(bytes).to_ascii_lowercase()).collect();
    for text in &all {
        // The page that documents the API names the fields.
        let is_documentation = text.contains("\"openapi\"");
        for word in [
            "canary",
            "secret.example",
            "\"description\"",
            "created_at",
            "updated_at",
            "\"client_visible\"",
            "\"hash_values\"",
        ] {
            assert!(is_documentation && !word.contains("canary") || !text.contains(word), "{word} in {text}");
        }
    }
    let is_stream = |text: &&String| !text.contains("\"openapi\"") && text.contains("event: re");
    let streams: Vec<&String> = all.iter().filter(is_stream).collect();
    assert_eq!(streams.len(), 5, "what was looked at are streams");
    for text in streams {
        assert!(
            text.contains("seen-last") && text.contains("plain.example") && text.contains("equalshashed"),
            "{text}"
        );
    }
}

#[test]
fn a_hidden_flag_is_answered_like_one_that_never_was() {
    let server = start();
    put(&server, &json!({"key": "hidden", "client_visible": false}));
    put(&server, &json!({"key": "seen", "client_visible": true, "description": "x", "rollout_percentage": 0.5}));
    let told = |path: &str| {
        let answer = as_client(&server, "GET", path, &[]);
        let headers: Vec<_> =
            answer.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("date")).cloned().collect();
        (answer.status, headers, answer.body)
    };
    assert_eq!(told("/api/flags/hidden"), told("/api/flags/never"));
    assert_eq!(told("/api/flags/hidden").0, 404);
    let seen = r#"{"key":"seen","is_enabled":false,"rollout_percentage":0.5,"rules":[],"revision":2}"#;
    assert_eq!(String::from_utf8(told("/api/flags/seen").2).unwrap(), seen);
    assert_eq!(String::from_utf8(told("/api/flags").2).unwrap(), format!("[{seen}]"));
    assert_eq!(server.request("GET", "/api/flags", "").json().as_array().unwrap().len(), 2, "others see all");
    assert_eq!(server.request("GET", "/api/flags/hidden", "").json()["client_visible"], false);
}

#[test]
fn an_entity_tag_of_the_view_changes_with_the_view_alone() {
    let server = start();
    put(&server, &json!({"key": "seen"}));
    put(&server, &json!({"key": "hidden", "client_visible": false}));
    let tag = |path| as_client(&server, "GET", path, &[]).header("etag").unwrap().to_owned();
    let status = |path, tag: &str| as_client(&server, "GET", path, &[("If-None-Match", tag)]).status;
    let (listing, flag) = (tag("/api/flags"), tag("/api/flags/seen"));
    server.request("PATCH", "/api/flags/hidden", r#"{"is_enabled":true}"#);
    assert_eq!((status("/api/flags", &listing), status("/api/flags/seen", &flag)), (304, 304));
    let own = |path| server.request("GET", path, "").header("etag").unwrap().to_owned();
    assert_eq!(
        (status("/api/flags", &own("/api/flags")), status("/api/flags/seen", &own("/api/flags/seen"))),
        (200, 200)
    );
    server.request("PATCH", "/api/flags/hidden", r#"{"client_visible":true}"#);
    assert_eq!((status("/api/flags", &listing), status("/api/flags/seen", &flag)), (200, 304));
}

#[test]
fn a_view_of_its_own_is_replayed_resumed_and_told_of_what_appears_and_disappears() {
    let mut server = start();
    put(&server, &json!({"key": "a"}));
    put(&server, &json!({"key": "b", "client_visible": false}));
    let mut stream = client_stream(&server, None);
    let (flags, ready) = stream.read_replay();
    assert_eq!(flags.into_keys().collect::<Vec<_>>(), ["a"]);
    assert!(ready.ends_with(":2"), "{ready}");
    let epoch = ready.strip_suffix('2').unwrap().to_owned();
    server.request("PATCH", "/api/flags/b", r#"{"is_enabled":true}"#);
    server.request("PATCH", "/api/flags/b", r#"{"client_visible":true}"#);
    server.request("PATCH", "/api/flags/a", r#"{"client_visible":false}"#);
    server.request("PATCH", "/api/flags/a", r#"{"is_enabled":true}"#);
    server.request("DELETE", "/api/flags/a", "");
    server.request("PATCH", "/api/flags/b", r#"{"is_enabled":false}"#);
    let flag = |is_enabled, revision| {
        format!(
            r#"{{"type":"UPSERT","flag":{{"key":"b","is_enabled":{is_enabled},"rollout_percentage":null,"rules":[],"revision":{revision}}}}}"#
        )
    };
    let expected = [(4, flag(true, 4)), (5, r#"{"type":"DELETE","key":"a"}"#.to_owned()), (8, flag(false, 8))];
    let expected = expected.map(|(revision, data)| (format!("{epoch}{revision}"), data));
    let read = |stream: &mut EventStream| {
        std::array::from_fn(|_| stream.next_but_heartbeats().map(|event| (event.id, event.data)).unwrap())
    };
    assert_eq!(read(&mut stream), expected);
    for is_restarted in [false, true] {
        if is_restarted {
            server.kill_and_restart();
        }
        let mut resumed = client_stream(&server, Some(&ready));
        assert_eq!(
            resumed.next_but_heartbeats().map(|event| (event.kind, event.data)),
            Some(("resumed".to_owned(), "2".to_owned()))
        );
        assert_eq!(read(&mut resumed), expected);
    }
    // Who has seen the other view has seen another history.
    let (_, all) = server.stream(None).read_replay();
    assert_eq!(client_stream(&server, Some(&all)).next_but_heartbeats().unwrap().kind, "connected");
    assert_eq!(server.stream(Some(&ready)).next_but_heartbeats().unwrap().kind, "connected");
}

#[test]
fn a_flag_of_which_nobody_says_so_is_as_the_operator_wants_and_stays_as_it_was() {
    for (default, variables) in [(true, &KEYS[..]), (false, &[KEYS[0], KEYS[1], ("CLIENT_VISIBLE_DEFAULT", "false")])] {
        let server = Server::start_with(variables);
        let visible = |answer: Response| answer.json()["client_visible"].as_bool().unwrap();
        assert_eq!(visible(put(&server, &json!({"key": "new"}))), default);
        assert_eq!(visible(put(&server, &json!({"key": "said", "client_visible": !default}))), !default);
        assert_eq!(visible(put(&server, &json!({"key": "said", "is_enabled": true}))), !default, "replaced");
        assert_eq!(visible(server.request("PATCH", "/api/flags/said", r#"{"is_enabled":false}"#)), !default);
        assert_eq!(visible(server.request("PATCH", "/api/flags/said", r#"{"client_visible":null}"#)), default);
    }
    let folder = crate::support::Folder::new();
    let refused = run_to_end(&folder, &[], &[("CLIENT_VISIBLE_DEFAULT", "yes")]);
    assert!(
        refused.errors.contains("CLIENT_VISIBLE_DEFAULT") && refused.errors.contains("true or false"),
        "{}",
        refused.errors
    );
}

#[test]
fn only_what_can_be_asked_of_hashes_is_hashed() {
    let server = start();
    for (rule, field, word) in [
        (rule("Contains", &["a"], true), "rules[0].hash_values", "Equals and NotEquals"),
        (rule("StartsWith", &["a"], true), "rules[0].hash_values", "Equals and NotEquals"),
        (rule("EndsWith", &["a"], true), "rules[0].hash_values", "Equals and NotEquals"),
        (rule("EqualsHashed", &["a"], false), "rules[0].operator", "no operator"),
        (rule("NotEqualsHashed", &["a"], true), "rules[0].operator", "no operator"),
        (
            json!({"attribute": "a", "operator": "Equals", "values": ["b"], "salt": "c"}),
            "rules[0].salt",
            "unknown field",
        ),
        (
            json!({"attribute": "a", "operator": "Equals", "values": ["b"], "hash_values": null}),
            "rules[0].hash_values",
            "true or false",
        ),
    ] {
        let answer = server.request("POST", "/api/flags", &json!({"key": "a", "rules": [rule]}).to_string());
        assert_eq!((answer.status, answer.json()["field"].as_str().unwrap()), (400, field));
        assert!(answer.json()["detail"].as_str().unwrap().contains(word), "{}", answer.text());
    }
    put(&server, &json!({"key": "a", "rules": [rule("Equals", &["ada@acme.com"], true)]}));
    assert_eq!(server.request("GET", "/api/flags/a", "").json()["rules"][0], rule("Equals", &["ada@acme.com"], true));
    let sent = as_client(&server, "GET", "/api/flags/a", &[]).json()["rules"][0].clone();
    assert_eq!((&sent["operator"], sent["salt"].as_str().unwrap().len()), (&"EqualsHashed".into(), 32));
    assert_eq!(sent["values"][0].as_str().unwrap().len(), 32);
}

/// An SDK that follows a stream with a client's key. Nothing is wrong with this stream: whatever it finds wrong fails the
/// test.
struct Sdk {
    sync: SyncClient,
    now: u64,
    socket: Option<TcpStream>,
    replays: usize,
}

impl Sdk {
    fn start(server: &InProcess) -> Self {
        let mut sdk = Self { sync: SyncClient::new(7), now: 0, socket: None, replays: 0 };
        sdk.sync.start(0);
        sdk.connect(server);
        sdk
    }

    fn connect(&mut self, server: &InProcess) {
        while self.socket.is_none() {
            match self.sync.poll_output() {
                Some(Output::Connect { last_event_id }) => {
                    let id = last_event_id.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
                    let mut socket = server.connect();
                    // HTTP/1.0 has no chunks: after the head come the bytes of the stream.
                    let head = format!("GET /stream HTTP/1.0\r\nAuthorization: Bearer {CLIENT}\r\n{id}\r\n");
                    socket.write_all(head.as_bytes()).unwrap();
                    let mut read = Vec::new();
                    while !read.ends_with(b"\r\n\r\n") {
                        let mut byte = [0];
                        socket.read_exact(&mut byte).unwrap();
                        read.extend(byte);
                    }
                    assert!(read.starts_with(b"HTTP/1.0 200"), "{}", String::from_utf8_lossy(&read));
                    self.sync.handle_connected(self.now, 200, Some("text/event-stream"), None);
                    self.socket = Some(socket);
                }
                Some(Output::WakeAt(at)) => {
                    self.now = at;
                    self.sync.handle_timeout(at);
                }
                Some(_) => {}
                None => panic!("nothing leads to a stream"),
            }
        }
    }

    /// The network breaks. What the client says about that is of no interest here.
    fn cut(&mut self) {
        self.socket = None;
        self.sync.handle_disconnected(self.now);
    }

    /// Reads what is there; waits for something. Gives what it was.
    fn read(&mut self) -> String {
        let mut buffer = vec![0; 1 << 16];
        let count = self.socket.as_mut().unwrap().read(&mut buffer).expect("no byte within the deadline");
        assert!(count > 0, "the server has ended the stream");
        self.sync.handle_bytes(self.now, &buffer[..count]);
        while let Some(output) = self.sync.poll_output() {
            assert!(!matches!(output, Output::Error(_) | Output::Disconnect | Output::Connect { .. }), "{output:?}");
        }
        let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
        self.replays += text.matches("event: connected").count();
        text
    }

    /// Reads until the client has all of what the server says that there is, and a heartbeat after that has agreed.
    fn catch_up(&mut self, expected: &str) {
        let held = |sdk: &Self| {
            let mut json = Vec::new();
            sdk.sync.store().write_json(&mut json);
            String::from_utf8(json).unwrap()
        };
        while self.sync.status() != Status::Ready || held(self) != expected {
            self.read();
        }
        while !self.read().contains("event: heartbeat") {}
        assert_eq!(held(self), expected);
    }
}

fn as_operator(server: &InProcess, method: &str, path: &str, body: &str) -> Response {
    let bearer = format!("Bearer {SDK}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    exchange(server.connect(), method, path, &headers, body.as_bytes())
}

fn client_listing(server: &InProcess) -> String {
    let bearer = format!("Bearer {CLIENT}");
    let answer = exchange(server.connect(), "GET", "/api/flags", &[("Authorization", bearer.as_str())], b"");
    answer.text().to_owned()
}

#[test]
fn an_sdk_keeps_to_the_view_whatever_happens_to_its_flags_and_its_streams() {
    let timeouts = Timeouts {
        heartbeat: Duration::from_millis(20),
        // Writes may take long where much else is done.
        write: Duration::from_secs(120),
        ..Timeouts::default()
    };
    let server = InProcess::start_with(timeouts, &KEYS);
    let mut random = fastrand::Rng::with_seed(0x51de);
    let (mut sdk, mut late) = (Sdk::start(&server), Sdk::start(&server));
    for round in 0..60 {
        if round % 4 == 1 {
            sdk.cut();
        }
        for _ in 0..random.usize(0..6) {
            let (key, on, visible) = (random.usize(0..5), random.bool(), random.bool());
            let path = format!("/api/flags/{key}");
            let (method, path, body) = match random.u8(0..5) {
                0 => ("DELETE", path.as_str(), String::new()),
                1 => ("PATCH", path.as_str(), format!(r#"{{"client_visible":{visible}}}"#)),
                2 => ("PATCH", path.as_str(), format!(r#"{{"is_enabled":{on}}}"#)),
                _ => ("POST", "/api/flags", json!({"key": key.to_string(), "client_visible": visible, "rules": [rule("Equals", &["a", "b"], on)]}).to_string()),
            };
            assert!(matches!(as_operator(&server, method, path, &body).status, 200 | 201 | 204 | 404));
        }
        if sdk.socket.is_none() {
            sdk.connect(&server);
        }
        sdk.catch_up(&client_listing(&server));
    }
    assert_eq!(sdk.replays, 1, "every other stream was resumed");
    late.catch_up(&client_listing(&server));

    // More than a stream may lag behind, while it is not read.
    let values: Vec<String> = (0..40).map(|number| format!("{number}{}", "x".repeat(50))).collect();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (server, values) = (&server, &values);
            scope.spawn(move || {
                for number in 0..500 {
                    let flag = json!({"key": format!("many-{writer}"), "client_visible": number % 7 > 0, "is_enabled": number % 2 == 0,
                        "rules": [{"attribute": "a", "operator": "Equals", "values": values}]});
                    assert!(as_operator(server, "POST", "/api/flags", &flag.to_string()).status < 300);
                }
            });
        }
    });
    for sdk in [&mut sdk, &mut late] {
        sdk.catch_up(&client_listing(&server));
        assert!(sdk.replays > 1, "it has lagged");
    }
}
