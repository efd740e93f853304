//! The Big List of Naughty Strings, in every place where a caller may put a string.

use crate::watched::Watched;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use server::keys::KeyName;
use sidekick_core::{Flag, FlagKey, TargetingRule};
use std::path::Path;

/// Where npm puts the list.
const LIST: &str = "tests/abuse/tools/node_modules/big-list-of-naughty-strings/blns.json";

fn strings() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIST);
    let list = std::fs::read(&file)
        .unwrap_or_else(|error| panic!("{}: {error}; `cargo xtask test abuse` installs it", file.display()));
    serde_json::from_slice(&list).unwrap()
}

#[test]
fn a_string_of_a_flag_is_stored_as_it_was_sent_or_refused_by_its_rule() {
    let mut server = Watched::start();
    for string in strings() {
        let flag = server.write("POST", "/api/flags", &json!({ "key": string }).to_string());
        assert_eq!(flag.is_some(), FlagKey::new(&string).is_ok(), "{string:?} as a key");
        let described = json!({ "key": "described", "description": string }).to_string();
        check(server.write("POST", "/api/flags", &described), "/description", &string, 0..=Flag::MAX_DESCRIPTION);
        let patch = json!({ "description": string }).to_string();
        check(server.write("PATCH", "/api/flags/a", &patch), "/description", &string, 0..=Flag::MAX_DESCRIPTION);
        for (place, attribute, value, range) in [
            ("/rules/0/attribute", &*string, "x", 1..=TargetingRule::MAX_ATTRIBUTE),
            ("/rules/0/values/0", "x", &*string, 0..=TargetingRule::MAX_VALUE),
        ] {
            let rules = json!([{ "attribute": attribute, "operator": "Equals", "values": [value] }]);
            let flag = server.write(
                "POST",
                "/api/flags",
                &json!({ "key": "ruled", "is_enabled": true, "rules": rules }).to_string(),
            );
            check(flag.clone(), place, &string, range);
            if flag.is_some() {
                let asked = json!({ "flag_key": "ruled", "user_key": string, "attributes": { attribute: value } });
                let answer = server.send("POST", "/api/evaluate", &asked.to_string()).json();
                assert_eq!(answer["reason"], "TARGETING_MATCH", "{string:?} at {place}: {answer}");
            }
        }
        let named = json!({ "name": string, "kind": "client" }).to_string();
        let status = server.send("POST", "/api/keys", &named).status;
        // The list has some strings twice.
        assert_eq!(matches!(status, 201 | 409), KeyName::new(&string).is_ok(), "{string:?} as a key's name: {status}");
        let misspelt = json!({ "key": "misspelt", &string: true });
        assert!(server.write("POST", "/api/flags", &misspelt.to_string()).is_none(), "{string:?} as a field");
    }
    server.finish();
}

#[test]
fn a_string_in_an_address_is_answered_and_changes_nothing() {
    let mut server = Watched::start();
    for string in strings() {
        let escaped = utf8_percent_encode(&string, NON_ALPHANUMERIC).to_string();
        for (method, path) in [
            ("GET", format!("/api/flags/{escaped}")),
            ("PATCH", format!("/api/flags/{escaped}")),
            ("DELETE", format!("/api/flags/{escaped}")),
            ("GET", format!("/api/flags/{escaped}/history")),
            ("GET", format!("/api/history?before={escaped}")),
            ("GET", format!("/api/history?{escaped}=1")),
            ("GET", format!("/{escaped}")),
        ] {
            let status = server.send(method, &path, r#"{"is_enabled":true}"#).status;
            // A revision that the list holds by chance is one, and so is a file.
            assert!((400..500).contains(&status) || !path.starts_with("/api/flags"), "{method} {path}: {status}");
        }
        // An id that nobody can read is one that the server does not cover.
        let events = server.server.stream(Some(&ascii(&string))).read_replay();
        assert_eq!(events.0.len(), 1, "{string:?} as Last-Event-ID");
    }
    server.finish();
}

/// The flag was taken where the string's length is in the range of bytes, and has the string at that place.
fn check(flag: Option<Value>, place: &str, string: &str, bytes: std::ops::RangeInclusive<usize>) {
    assert_eq!(flag.is_some(), bytes.contains(&string.len()), "{string:?} at {place}");
    if let Some(flag) = flag {
        assert_eq!(flag.pointer(place).and_then(Value::as_str), Some(string), "at {place}");
    }
}

/// What a header can carry of a string.
fn ascii(string: &str) -> String {
    string.chars().filter(|character| (' '..='~').contains(character)).collect()
}
