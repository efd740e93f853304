//! The documents of JSONTestSuite, as bodies and as values of every field.

use crate::watched::Watched;
use serde::Deserialize;

/// core-nostd/tests/json_suite/README.md says where they are from.
const DOCUMENTS: &str = include_str!("../../../core-nostd/tests/json_suite/documents.jsonl");

#[derive(Deserialize)]
struct Document {
    name: String,
    input: String,
    #[serde(default)]
    repeat: String,
    #[serde(default)]
    times: usize,
}

/// Where a document is put for `*`: as the whole body, as a field's value, and beside others.
const BODIES: [(&str, &str, &str); 28] = [
    ("POST", "/api/flags", "*"),
    ("POST", "/api/flags", r#"{"key":*}"#),
    ("POST", "/api/flags", r#"{"key":"new","is_enabled":*}"#),
    ("POST", "/api/flags", r#"{"key":"new","rollout_percentage":*}"#),
    ("POST", "/api/flags", r#"{"key":"new","description":*}"#),
    ("POST", "/api/flags", r#"{"key":"new","rules":*}"#),
    ("POST", "/api/flags", r#"{"key":"new","rules":[*]}"#),
    ("POST", "/api/flags", r#"{"key":"new","rules":[{"attribute":*,"operator":"Equals","values":["x"]}]}"#),
    ("POST", "/api/flags", r#"{"key":"new","rules":[{"attribute":"x","operator":"Equals","values":*}]}"#),
    ("POST", "/api/flags", r#"{"key":"new","unknown":*}"#),
    ("POST", "/api/flags", r#"{"key":"new","client_visible":*}"#),
    (
        "POST",
        "/api/flags",
        r#"{"key":"new","rules":[{"attribute":"x","operator":"Equals","values":["x"],"hash_values":*}]}"#,
    ),
    ("PATCH", "/api/flags/a", "*"),
    ("PATCH", "/api/flags/a", r#"{"description":*,"rules":[]}"#),
    ("PATCH", "/api/flags/a", r#"{"rules":*}"#),
    ("POST", "/api/evaluate", "*"),
    ("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":*}"#),
    ("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":"u","attributes":*}"#),
    ("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":"u","attributes":{"x":*}}"#),
    ("POST", "/api/evaluate", r#"{"flag_key":"a","users":*}"#),
    ("POST", "/api/evaluate", r#"{"flag":*,"user_key":"u"}"#),
    ("POST", "/api/keys", "*"),
    ("POST", "/api/keys", r#"{"name":*,"kind":"client"}"#),
    ("POST", "/api/keys", r#"{"name":"new","kind":*}"#),
    ("POST", "/api/keys", r#"{"name":"new","kind":"client","expires_at":*}"#),
    ("POST", ROTATION, "*"),
    ("POST", ROTATION, r#"{"overlap_seconds":*}"#),
    ("POST", ROTATION, r#"{"expires_at":*}"#),
];
/// The one write that needs no body.
const ROTATION: &str = "/api/keys/web/rotate";

#[test]
fn every_document_is_answered_and_none_is_half_stored() {
    let mut server = Watched::start();
    assert_eq!(server.send("POST", "/api/keys", r#"{"name":"web","kind":"client"}"#).status, 201);
    let (mut documents, mut taken) = (0, 0);
    for line in DOCUMENTS.lines() {
        let Document { name, input, repeat, times } = serde_json::from_str(line).unwrap();
        let document = repeat.repeat(times) + &input;
        documents += 1;
        for (method, path, body) in BODIES {
            let body = body.replacen('*', &document, 1);
            let is_taken = match path {
                "/api/evaluate" | "/api/keys" | ROTATION => server.send(method, path, &body).status < 300,
                _ => server.write(method, path, &body).is_some(),
            };
            taken += usize::from(is_taken);
            // No document of the suite stands alone as what a caller may send but the empty object, which changes nothing.
            let is_json =
                body.is_empty() && path == ROTATION || serde_json::from_str::<serde_json::Value>(&body).is_ok();
            assert!(is_json || !is_taken, "{name} is no JSON, and {method} {path} takes it: {body:.200}");
        }
    }
    println!("{documents} documents, {taken} of the bodies were taken");
    server.finish();
}
