//! Today's server on a database of another version, the same for every storage: what an earlier server left behind, and
//! what a later one will.

use crate::support::{Model, OwnedEvent, Server, run_to_end};
use serde_json::{Value, json};
use sidekick_core::sse::Parser;

/// What `record.sh` kept of a server of one schema version.
pub struct Recording {
    pub version: i64,
    /// The database as SQL.
    pub database: &'static str,
    pub flags: &'static str,
    pub history: &'static str,
    pub keys: &'static str,
    /// A line for each question.
    pub answers: &'static str,
    /// A stream from its start over three changes to a heartbeat.
    pub stream: &'static str,
    /// Another one that resumes before these three.
    pub resumed: &'static str,
}

/// What was recorded on a storage, from the first version on.
macro_rules! recordings {
    ($storage:literal: $($version:literal),+) => {
        &[$($crate::upgrade_drill::Recording {
            version: $version,
            database: include_str!(concat!("../upgrade/version_", $version, "/", $storage, "/database.sql")),
            flags: include_str!(concat!("../upgrade/version_", $version, "/", $storage, "/flags.json")),
            history: include_str!(concat!("../upgrade/version_", $version, "/", $storage, "/history.json")),
            keys: include_str!(concat!("../upgrade/version_", $version, "/", $storage, "/keys.json")),
            answers: include_str!(concat!("../upgrade/version_", $version, "/", $storage, "/answers.jsonl")),
            stream: include_str!(concat!("../upgrade/version_", $version, "/", $storage, "/stream.txt")),
            resumed: include_str!(concat!("../upgrade/version_", $version, "/", $storage, "/resumed.txt")),
        }),+]
    };
}
pub(crate) use recordings;

/// The key that recordings were made with, and that drills go on with.
pub const KEY: (&str, &str) = ("SDK_KEY", "recorded");

/// A server has everything that was recorded of the one before it on its database, and clients of that one go on from
/// where they were.
pub fn assert_goes_on(server: &Server, recording: &Recording) {
    let listing = server.request("GET", "/api/flags", "");
    let mut expected: Value = serde_json::from_str(recording.flags).unwrap();
    for flag in expected.as_array_mut().unwrap() {
        // Of a version that could hide none.
        flag.as_object_mut().unwrap().entry("client_visible").or_insert(json!(true));
    }
    assert_eq!(listing.json(), expected);
    assert_eq!(server.request("GET", "/api/history?limit=1000", "").text(), recording.history.trim_end());
    for line in recording.answers.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let answer = server.request("POST", "/api/evaluate", &recorded["question"].to_string());
        assert_eq!(answer.json(), recorded["answer"], "{line}");
    }
    let names = |keys: &Value| -> Vec<Value> {
        let name = |key: &Value| json!([key["name"], key["kind"], key["created_at"]]);
        keys.as_array().unwrap().iter().map(name).collect()
    };
    let recorded: Value = serde_json::from_str(recording.keys).unwrap();
    assert_eq!(names(&server.request("GET", "/api/keys", "").json()), names(&recorded));

    let recorded = events(recording.resumed);
    let first = recorded.first().unwrap();
    assert_eq!(first.kind, "resumed");
    let epoch = listing.header("etag").unwrap().trim_matches('"').split(':').next().unwrap();
    let mut stream = server.stream(Some(&format!("{epoch}:{}", first.data)));
    for expected in recorded.iter().filter(|event| event.kind != "heartbeat") {
        let event = stream.next_but_heartbeats().unwrap();
        assert_eq!((&event.kind, summary(&event)), (&expected.kind, summary(expected)));
    }

    let mut model = Model::default();
    let mut stream = server.stream(None);
    while model.replays == 0 {
        model.take(&stream.next().unwrap());
    }
    let beat = events(recording.stream).into_iter().find(|event| event.kind == "heartbeat").unwrap().json();
    assert_eq!(
        (json!(model.revision().get()), json!(model.digest().to_string())),
        (beat["revision"].clone(), beat["digest"].clone())
    );
}

/// What a change is, but for the epoch and for fields that came later.
fn summary(event: &OwnedEvent) -> Value {
    let mut data = event.json();
    if let Some(flag) = data.get_mut("flag").and_then(Value::as_object_mut) {
        flag.entry("client_visible").or_insert(json!(true));
    }
    json!([event.id.split(':').nth(1), data])
}

/// The events of a stream that was kept as bytes.
pub fn events(stream: &str) -> Vec<OwnedEvent> {
    let mut parser = Parser::new(1 << 20);
    let (mut rest, mut events) = (stream.as_bytes(), Vec::new());
    while let Some(event) = parser.next_event(&mut rest).unwrap() {
        let (kind, data, id) = (event.kind.to_owned(), event.data.to_owned(), event.id.to_owned());
        events.push(OwnedEvent { kind, data, id });
    }
    events
}

/// Everything that is written goes on, gap-free.
pub fn assert_writes(server: &Server) {
    let before = revision(server);
    for (number, (method, path, body)) in [
        ("POST", "/api/flags", r#"{"key":"after","client_visible":false}"#),
        ("PATCH", "/api/flags/half", r#"{"is_enabled":false}"#),
        ("DELETE", "/api/flags/after", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = server.request(method, path, body);
        assert!(answer.status < 300, "{} {}", answer.status, answer.text());
        assert_eq!(revision(server), before + number as u64 + 1);
    }
    let key = server.request("POST", "/api/keys", r#"{"name":"after","kind":"client","expires_at":null}"#);
    assert_eq!(key.status, 201, "{}", key.text());
}

fn revision(server: &Server) -> u64 {
    let listing = server.request("GET", "/api/flags", "");
    listing.header("etag").unwrap().trim_matches('"').split(':').nth(1).unwrap().parse().unwrap()
}

/// What a later server does to a database and its flags: new tables and columns that this one does not know, and new
/// fields of flags, rules and keys. `prefix` stands before the names of tables.
pub fn later_migration(prefix: &str) -> String {
    format!(
        "CREATE TABLE {prefix}environments (name text PRIMARY KEY);
         ALTER TABLE {prefix}flags ADD COLUMN environment text DEFAULT 'production';
         ALTER TABLE {prefix}flag_changes ADD COLUMN reason text;
         UPDATE {prefix}flags SET flag = replace(flag, '\"is_enabled\"', '\"expires\":\"2031-01-01\",\"is_enabled\"');
         UPDATE {prefix}flags SET flag = replace(flag, '{{\"attribute\"', '{{\"weight\":[0.5, {{}}],\"attribute\"');
         UPDATE {prefix}keys SET key = replace(key, '\"kind\"', '\"scopes\":[\"beta\"],\"kind\"');"
    )
}

/// A server on a database to which [`later_migration`] was done, with a rule in the flag `rules` and a key `web`: it works
/// with it, says so, and takes nothing away. `sql` asks the database.
pub fn assert_keeps_what_is_newer(server: &Server, sql: impl Fn(&str) -> String) {
    server.wait_for_log("which a newer server made");
    assert_writes(server);
    let rules = server.request("GET", "/api/flags/rules", "").json()["rules"].clone();
    let known =
        |rule: &Value| json!({"attribute": rule["attribute"], "operator": rule["operator"], "values": rule["values"]});
    let rules: Vec<Value> = rules.as_array().unwrap().iter().map(known).collect();
    for (method, path, body) in [
        ("PATCH", "/api/flags/half", json!({"is_enabled": true})),
        ("POST", "/api/flags", json!({"key": "everyone", "is_enabled": false})),
        ("PATCH", "/api/flags/rules", json!({"rules": rules, "is_enabled": false})),
        ("POST", "/api/keys/web/rotate", json!({"overlap_seconds": 60})),
    ] {
        let answer = server.request(method, path, &body.to_string());
        assert!(answer.status < 300, "{} {}", answer.status, answer.text());
    }
    for key in ["half", "everyone", "rules"] {
        let flag = sql(&format!("SELECT flag FROM flags WHERE key = '{key}'"));
        assert!(flag.contains(r#","expires":"2031-01-01"}"#), "{flag}");
        assert_eq!(
            flag.matches(r#","weight":[0.5,{}]}"#).count(),
            if key == "rules" { rules.len() } else { 0 },
            "{flag}"
        );
        // As storage has it, so everybody has it: what follows is made of it.
        assert_eq!(server.request("GET", &format!("/api/flags/{key}"), "").text(), flag.trim_end());
    }
    let keys = sql("SELECT key FROM keys WHERE key LIKE '%\"web\"%'");
    assert_eq!(keys.matches(r#""scopes":["beta"]"#).count(), keys.lines().count(), "{keys}");
    assert!(keys.lines().count() > 1, "{keys}");
}

/// A server does not start on a database that is two versions ahead, and says what to do.
pub fn assert_is_refused(url: &str, version: i64) {
    let ended = run_to_end(&crate::support::Folder::new(), &[], &[("DATABASE_URL", url)]);
    assert_eq!(ended.code, Some(1));
    for part in [&format!("schema version {version}"), "start a newer server", "restore a back-up"] {
        assert!(ended.errors.contains(part), "{}", ended.errors);
    }
}
