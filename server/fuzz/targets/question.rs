//! Fuzz target: what `POST /api/evaluate` is asked is what serde_json reads in it, or it is refused with a problem document.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use server::http::fuzzing::{User, read_question};

fuzz_target!(|json: &[u8]| {
    match read_question(json) {
        Ok(users) => match serde_json::from_slice(json) {
            Ok(document) => check(&users, &document),
            // The grammar allows numbers that are beyond what serde_json keeps.
            Err(error) => assert!(error.to_string().contains("number out of range"), "{error}"),
        },
        Err(refusal) => {
            assert_eq!(refusal.status, 400);
            let document: Value = serde_json::from_slice(&refusal.document).expect("a problem is JSON");
            assert!(document["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{document}");
            assert!(refusal.document.len() < 64 << 10, "{} bytes", refusal.document.len());
        }
    }
});

fn check(users: &[User], document: &Value) {
    assert!(document["flag_key"].is_string() != document["flag"].is_object());
    let asked = match &document["users"] {
        Value::Array(users) => users.iter().collect(),
        _ => vec![document],
    };
    assert!(users.len() == asked.len() && users.len() <= 1000);
    for ((key, attributes), asked) in users.iter().zip(asked) {
        assert_eq!(Some(key.as_str()), asked["user_key"].as_str());
        let given = asked["attributes"].as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        assert!(given.clone().count() == attributes.len() && attributes.len() <= 256);
        for (name, value) in given {
            let (_, text) = attributes.iter().find(|(own, _)| own == name).expect("the attribute that was given");
            let is_same = match value {
                Value::String(given) => text == given,
                Value::Bool(given) => *text == given.to_string(),
                Value::Number(given) => text.parse::<f64>().ok() == given.as_f64(),
                _ => false,
            };
            assert!(is_same, "{name}: {value} became {text}");
        }
    }
}
