//! The reader that was written from `docs/PROTOCOL.md`: it passes every vector, answers as the server does, and checks the
//! page's own numbers.

use crate::client::{Client, folder, python};
use crate::support::{Response, Server};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

const ADMIN: &str = "admin-key";
const CLIENT: &str = "client-key";
const HIDDEN: &str = "hidden";

#[test]
fn the_document_is_enough_to_pass_every_vector() {
    run("vectors.py", "core-nostd/tests/vectors");
}

#[test]
fn the_numbers_and_the_recorded_bytes_of_the_document_are_right() {
    run("document.py", "docs/PROTOCOL.md");
}

#[test]
fn the_document_is_enough_to_answer_as_the_server_does_with_either_kind_of_key() {
    let server = Server::start_with(&[("SDK_KEY", ADMIN), ("CLIENT_KEY", CLIENT)]);
    for flag in flags() {
        assert_eq!(call(&server, "POST", "/api/flags", &flag).status, 201);
    }
    let mut readers = [ADMIN, CLIENT].map(|key| (key, Client::reader(server.address, key)));
    for (key, reader) in &mut readers {
        let shown = reader.show(&position(&server, key));
        assert_eq!(shown.openings, ["connected"], "{key}");
        let is_client = *key == CLIENT;
        assert_eq!(shown.changes.iter().any(|change| change.contains(HIDDEN)), !is_client, "{key}");
        assert_eq!(shown.changes.iter().any(|change| change.contains("EqualsHashed")), is_client, "{key}");
        agree(&server, key, reader);
    }

    // Now the one is shown and the other is not, and a rule's values become hashes.
    call(&server, "PATCH", &format!("/api/flags/{HIDDEN}"), &json!({ "client_visible": true }));
    call(&server, "PATCH", "/api/flags/shared", &json!({ "client_visible": false }));
    let rule =
        json!({ "attribute": "email", "operator": "NotEquals", "values": ["ada@acme.com"], "hash_values": true });
    call(&server, "PATCH", "/api/flags/plain", &json!({ "rules": [rule] }));
    call(&server, "DELETE", "/api/flags/off", &Value::Null);
    for (key, reader) in &mut readers {
        reader.show(&position(&server, key));
        agree(&server, key, reader);
        let errors = reader.ask("beat");
        assert!(errors.is_empty(), "{key}: {errors:?}");
    }
}

/// A program of the reader, on a path from the repository's root.
fn run(program: &str, path: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    let mut command = Command::new(python());
    let run = command.current_dir(folder()).arg("-B").arg(format!("reader/{program}")).arg(path).output().unwrap();
    print!("{}", String::from_utf8_lossy(&run.stdout));
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// For every flag of the server and some users, the reader answers as the server does.
fn agree(server: &Server, key: &str, reader: &mut Client) {
    let seen = flags_of(server, key);
    for flag in flags_of(server, ADMIN) {
        let flag_key = &flag["key"];
        for user in users() {
            let asked = json!({ "flag_key": flag_key, "user_key": user["user_key"], "attributes": user["attributes"] });
            let expected = call(server, "POST", "/api/evaluate", &asked).json();
            let mut question = asked.clone();
            question["default"] = json!(true);
            let answers = reader.ask(&format!("ask {question}"));
            let answer: Value = serde_json::from_str(&answers[0]).unwrap();
            if !seen.iter().any(|seen| seen["key"] == *flag_key) {
                assert_eq!(
                    (&answer["enabled"], &answer["reason"]),
                    (&json!(true), &json!("FLAG_NOT_FOUND")),
                    "{asked}"
                );
                continue;
            }
            for field in ["enabled", "reason", "rule_index"] {
                assert_eq!(answer[field], expected[field], "{key}: {field} of {asked}");
            }
            if let Some(bucket) = answer["bucket"].as_u64() {
                let expected = (expected["bucket"].as_f64().unwrap() * 1000.0).round();
                assert_eq!(bucket, expected as u64, "{key}: {asked}");
            }
        }
    }
}

fn flags() -> Vec<Value> {
    let rule = |operator: &str, values: &[&str], hash_values: bool| json!({ "attribute": "email", "operator": operator, "values": values, "hash_values": hash_values });
    let names = ["ada@acme.com", "Zoë@acme.com"];
    vec![
        json!({ "key": HIDDEN, "is_enabled": true, "client_visible": false }),
        json!({ "key": "off", "rollout_percentage": 50 }),
        json!({ "key": "shared", "is_enabled": true, "rollout_percentage": 12.345 }),
        json!({ "key": "half", "is_enabled": true, "rollout_percentage": 50, "description": "é\u{2028}\n" }),
        json!({ "key": "none", "is_enabled": true, "rollout_percentage": 0, "rules": [rule("Contains", &["@acme"], false)] }),
        json!({ "key": "plain", "is_enabled": true, "rollout_percentage": 0.001, "rules": [rule("StartsWith", &["ada"], false)] }),
        json!({ "key": "listed", "is_enabled": true, "rollout_percentage": 30, "rules": [rule("Equals", &names, true)] }),
        json!({ "key": "unlisted", "is_enabled": true, "rollout_percentage": 30, "rules": [rule("NotEquals", &names, true)] }),
    ]
}

fn users() -> Vec<Value> {
    let emails =
        [json!({}), json!({ "email": "" }), json!({ "email": "ada@acme.com" }), json!({ "email": "Zoë@acme.com" })];
    let keys = ["", "user-1", "user-2", "Zoë", "日本 😀"];
    let user = |key: &str, attributes: &Value| json!({ "user_key": key, "attributes": attributes });
    keys.iter().flat_map(|key| emails.iter().map(|email| user(key, email)).collect::<Vec<_>>()).collect()
}

fn flags_of(server: &Server, key: &str) -> Vec<Value> {
    let listing = server.request_with("GET", "/api/flags", &[("Authorization", &format!("Bearer {key}"))], b"");
    serde_json::from_slice(&listing.body).unwrap()
}

/// The event id of the last change that callers with a key see.
fn position(server: &Server, key: &str) -> String {
    let listing = server.request_with("GET", "/api/flags", &[("Authorization", &format!("Bearer {key}"))], b"");
    listing.header("etag").unwrap().trim_matches('"').to_owned()
}

fn call(server: &Server, method: &str, path: &str, body: &Value) -> Response {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = server.request(method, path, &body);
    assert!(answer.status < 300, "{method} {path}: {}", answer.text());
    answer
}
