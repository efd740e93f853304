//! `POST /api/evaluate`: the answer for a user and why, held against the vectors that every engine shares.

use crate::support::{Connection, InProcess, Server, eventually};
use serde_json::{Value, json};
use server::config::Timeouts;
use std::io::{BufReader, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

fn ask(server: &Server, question: &Value) -> Value {
    plain(ask_as_written(server, question))
}

/// The answer with its numbers as they are written.
fn ask_as_written(server: &Server, question: &Value) -> Value {
    let answer = server.request("POST", "/api/evaluate", &question.to_string());
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
    answer.json()
}

/// The same value with every number as a float: `25` and `25.0` are one number.
fn plain(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().unwrap()),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, plain(value))).collect(),
        other => other,
    }
}

fn put(server: &Server, flag: &Value) -> u64 {
    let answer = server.request("POST", "/api/flags", &flag.to_string());
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    answer.json()["revision"].as_u64().unwrap()
}

/// Users and their buckets of the flag `new_checkout`, from the vectors.
fn buckets() -> Vec<(String, f64)> {
    let vectors: Value = serde_json::from_str(include_str!("../../../core-nostd/tests/vectors/buckets.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap().iter();
    let of_flag = cases.filter(|case| case["flag_key"] == "new_checkout" && case["user_key"].is_string());
    of_flag
        .map(|case| {
            let thousandths = case["bucket_thousandths"].as_f64().unwrap();
            (case["user_key"].as_str().unwrap().to_owned(), thousandths / 1000.0)
        })
        .collect()
}

#[test]
fn every_reason_is_explained() {
    let server = Server::start();
    let (user, bucket) =
        buckets().into_iter().find(|(_, bucket)| (1.0..99.0).contains(bucket) && bucket.fract() > 0.0).unwrap();
    let rules = json!([
        {"attribute": "email", "operator": "EndsWith", "values": ["@acme.com"]},
        {"attribute": "plan", "operator": "Equals", "values": ["pro"]},
    ]);
    let flag = |fields: Value| {
        let mut flag = json!({"key": "new_checkout", "is_enabled": true, "rules": rules});
        flag.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        put(&server, &flag)
    };
    let ask = |attributes: Value| {
        ask(&server, &json!({"flag_key": "new_checkout", "user_key": user, "attributes": attributes}))
    };
    let share = |share: f64| (share * 1000.0).round() / 1000.0;

    let revision = flag(json!({"is_enabled": false, "rollout_percentage": 100}));
    assert_eq!(
        ask(json!({"email": "ada@acme.com"})),
        plain(json!({"enabled": false, "reason": "DISABLED", "rule_index": null, "bucket": bucket,
            "rollout_percentage": 100.0, "revision": revision}))
    );
    let revision = flag(json!({"rollout_percentage": 0}));
    assert_eq!(
        ask(json!({"plan": "pro"})),
        plain(json!({"enabled": true, "reason": "TARGETING_MATCH", "rule_index": 1, "bucket": bucket,
            "rollout_percentage": 0.0, "revision": revision}))
    );
    assert_eq!(ask(json!({"plan": "pro", "email": "ada@acme.com"}))["rule_index"], 0.0, "the first that matches");
    assert_eq!(
        ask(json!({"plan": "Pro"})),
        plain(json!({"enabled": false, "reason": "STATIC", "rule_index": null, "bucket": bucket,
            "rollout_percentage": 0.0, "revision": revision}))
    );
    let revision = flag(json!({"rollout_percentage": null}));
    assert_eq!(
        ask(json!({})),
        plain(json!({"enabled": true, "reason": "STATIC", "rule_index": null, "bucket": bucket,
            "rollout_percentage": null, "revision": revision}))
    );
    for (rollout, enabled) in [(share(bucket), false), (share(bucket + 0.001), true), (1.0, false), (99.0, true)] {
        let revision = flag(json!({"rollout_percentage": rollout}));
        assert_eq!(
            ask(json!({})),
            plain(json!({"enabled": enabled, "reason": "SPLIT", "rule_index": null, "bucket": bucket,
                "rollout_percentage": rollout, "revision": revision}))
        );
    }
}

#[test]
fn an_unknown_flag_is_an_answer() {
    let server = Server::start();
    for key in ["missing", "", "no key at all", "ü", &"k".repeat(4096)] {
        assert_eq!(
            ask(&server, &json!({"flag_key": key, "user_key": "u"})),
            plain(json!({"enabled": false, "reason": "FLAG_NOT_FOUND", "rule_index": null, "bucket": null,
                "rollout_percentage": null, "revision": null}))
        );
    }
}

#[test]
fn a_preview_answers_for_a_flag_that_is_not_saved() {
    let server = Server::start();
    let (user, bucket) = buckets().remove(0);
    put(&server, &json!({"key": "new_checkout", "is_enabled": false}));
    let before = server.request("GET", "/api/flags", "");
    let preview = |flag: Value| ask(&server, &json!({"flag": flag, "user_key": user, "attributes": {"plan": "pro"}}));
    let on = plain(json!({"enabled": true, "reason": "STATIC", "rule_index": null, "bucket": bucket,
        "rollout_percentage": null, "revision": 0}));
    assert_eq!(preview(json!({"key": "new_checkout", "is_enabled": true})), on);
    assert_eq!(preview(json!({"key": "new_checkout"}))["reason"], "DISABLED", "POST's defaults");
    let rule = json!({"attribute": "plan", "operator": "StartsWith", "values": ["p"]});
    let ruled = preview(json!({"key": "other", "is_enabled": true, "rollout_percentage": 0, "rules": [rule]}));
    assert_eq!((&ruled["reason"], &ruled["rule_index"]), (&"TARGETING_MATCH".into(), &0.0.into()));
    let after = server.request("GET", "/api/flags", "");
    assert_eq!((after.text(), after.header("etag")), (before.text(), before.header("etag")), "nothing was saved");
    assert_eq!(ask(&server, &json!({"flag_key": "other", "user_key": "u"}))["reason"], "FLAG_NOT_FOUND");
}

#[test]
fn many_users_get_in_order_what_each_would_get_alone() {
    let server = Server::start();
    let rule = json!({"attribute": "plan", "operator": "Equals", "values": ["pro"]});
    let flag = json!({"key": "new_checkout", "is_enabled": true, "rollout_percentage": 33.333, "rules": [rule]});
    put(&server, &flag);
    let users: Vec<Value> = (0..1000)
        .map(|number| match number % 3 {
            0 => json!({"user_key": format!("user-{number}")}),
            1 => json!({"user_key": format!("user-{number}"), "attributes": {"plan": "pro", "logins": number}}),
            _ => json!({"attributes": {"plan": null}, "user_key": format!("user-{number}")}),
        })
        .collect();
    for subject in [json!({"flag_key": "new_checkout"}), json!({"flag_key": "missing"}), json!({"flag": flag})] {
        let with = |fields: &Value| {
            let mut question = subject.clone();
            question.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            question
        };
        let answers = ask_as_written(&server, &with(&json!({"users": users})));
        let results = answers["results"].as_array().unwrap();
        assert_eq!((answers.as_object().unwrap().len(), results.len()), (1, users.len()));
        let mut connection = Connection::new(BufReader::new(server.connect()));
        for (user, result) in users.iter().zip(results).step_by(17) {
            let alone = connection.request("POST", "/api/evaluate", &with(user).to_string());
            assert_eq!(result, &alone.json(), "{user}");
        }
    }
    assert_eq!(ask(&server, &json!({"flag_key": "new_checkout", "users": []})), json!({"results": []}));
    let counted = |reason| server.metric(&format!("sidekick_evaluations_total{{reason=\"{reason}\"}}"));
    assert_eq!(counted("FLAG_NOT_FOUND"), 1000.0 + 59.0);
}

/// A question that keeps a processor busy for a while: many long values, none of which is found.
fn long_question() -> String {
    let values = vec![format!("{}b", "a".repeat(60)); 400];
    let rules = json!([{"attribute": "x", "operator": "Contains", "values": values}]);
    let user = json!({"user_key": "u", "attributes": {"x": "a".repeat(200)}});
    let flag = json!({"key": "long", "is_enabled": true, "rollout_percentage": 0, "rules": rules});
    json!({"flag": flag, "users": vec![user; 800]}).to_string()
}

#[test]
fn the_server_goes_on_while_it_answers_for_many_users() {
    let server = Server::start();
    let question = long_question();
    let answered = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 * std::thread::available_parallelism().unwrap().get() {
            scope.spawn(|| {
                // 422 where the machine is so busy that they take too long.
                assert!(matches!(server.request("POST", "/api/evaluate", &question).status, 200 | 422));
                answered.fetch_add(1, Ordering::SeqCst);
            });
        }
        // All of them are read, and none is answered.
        eventually("the questions are being answered", || evaluated(&server) > 8.0);
        for _ in 0..20 {
            assert_eq!(server.request("GET", "/api/flags", "").status, 200);
        }
        assert_eq!(answered.load(Ordering::SeqCst), 0, "the small questions waited for the long ones");
    });
}

#[test]
fn nobody_answers_for_many_users_where_nobody_waits() {
    let server = Server::start();
    let question = long_question();
    let mut socket = server.connect();
    let head = "POST /api/evaluate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    socket.write_all(format!("{head}Content-Length: {}\r\n\r\n{question}", question.len()).as_bytes()).unwrap();
    eventually("the question is being answered", || evaluated(&server) > 0.0);
    drop(socket);
    let mut before = evaluated(&server);
    eventually("the evaluations end", || {
        std::thread::sleep(Duration::from_millis(100));
        std::mem::replace(&mut before, evaluated(&server)) == before
    });
    assert!(before < 800.0, "all {before} users were answered for");
}

#[test]
fn rules_that_are_too_long_for_so_many_users_are_called_so() {
    let evaluation = Duration::from_millis(50);
    let server = InProcess::start(Timeouts { evaluation, ..Timeouts::default() });
    let refused = server.request("POST", "/api/evaluate", &long_question());
    assert_eq!((refused.status, refused.header("content-type")), (422, Some("application/problem+json")));
    let problem = refused.json();
    assert_eq!(problem["field"], "users");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(" of 800 were answered for within 0.05 s"), "{detail}");
    let few = server.request("POST", "/api/evaluate", r#"{"flag_key":"a","users":[{"user_key":"u"}]}"#);
    assert_eq!(few.status, 200, "{}", few.text());
}

fn evaluated(server: &Server) -> f64 {
    server.metric("sidekick_evaluations_total{reason=\"STATIC\"}")
}

#[test]
fn attributes_of_any_plain_type_are_held_as_their_json_text() {
    let server = Server::start();
    let matches = |value: &str, given: &str| {
        let question = format!(
            r#"{{"user_key":"u","attributes":{{"x":{given}}},"flag":{{"key":"a","is_enabled":true,"rollout_percentage":0,
                "rules":[{{"attribute":"x","operator":"Equals","values":[{value}]}}]}}}}"#
        );
        let answer = server.request("POST", "/api/evaluate", &question);
        assert_eq!(answer.status, 200, "{given}: {}", answer.text());
        answer.json()["enabled"].as_bool().unwrap()
    };
    for (given, text) in [
        ("42", r#""42""#),
        ("-7", r#""-7""#),
        ("1.5", r#""1.5""#),
        ("1.0", r#""1""#),
        ("1e2", r#""100""#),
        ("true", r#""true""#),
        ("false", r#""false""#),
        (r#""""#, r#""""#),
        (r#""\u00e9""#, r#""é""#),
    ] {
        assert!(matches(text, given), "{given} is {text}");
        assert!(!matches(r#""something else""#, given));
    }
    for text in [r#""null""#, r#""""#] {
        assert!(!matches(text, "null"), "null counts as not given");
    }
    // Even NotEquals does not match what was not given.
    let rule = json!({"attribute": "x", "operator": "NotEquals", "values": ["y"]});
    let flag = json!({"key": "a", "is_enabled": true, "rollout_percentage": 0, "rules": [rule]});
    for (attributes, enabled) in [(json!({"x": null}), false), (json!({}), false), (json!({"x": "z"}), true)] {
        let answer = ask(&server, &json!({"flag": flag, "user_key": "u", "attributes": attributes}));
        assert_eq!(answer["enabled"], enabled, "{attributes}");
    }
}

#[test]
fn the_server_agrees_with_the_vectors() {
    let server = Server::start();
    let vectors: Value =
        serde_json::from_str(include_str!("../../../core-nostd/tests/vectors/evaluation.json")).unwrap();
    let index: Value = serde_json::from_str(include_str!("../../../core-nostd/tests/vectors/index.json")).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let listed = index["files"].as_array().unwrap().iter().find(|file| file["file"] == "evaluation.json").unwrap();
    assert_eq!(listed["cases"], cases.len());
    let mut connection = Connection::new(BufReader::new(server.connect()));
    let mut replayed = 0;
    for case in cases.iter().filter(|case| case["lenient"] != true) {
        let mut revisions = serde_json::Map::new();
        for flag in case["flags"].as_array().unwrap() {
            let answer = connection.request("POST", "/api/flags", &flag.to_string());
            assert!(matches!(answer.status, 200 | 201), "{case}: {}", answer.text());
            revisions.insert(flag["key"].as_str().unwrap().to_owned(), answer.json()["revision"].clone());
        }
        let question =
            json!({"flag_key": case["flag_key"], "user_key": case["user_key"], "attributes": case["attributes"]});
        let answer = connection.request("POST", "/api/evaluate", &question.to_string());
        assert_eq!(answer.status, 200, "{case}: {}", answer.text());
        let (answer, expect) = (answer.json(), &case["expect"]);
        assert_eq!(answer["reason"], expect["reason"], "{case}");
        assert_eq!(answer["rule_index"], expect["rule_index"], "{case}");
        // The route has no default to give: an unknown flag is off.
        let enabled = if expect["reason"] == "FLAG_NOT_FOUND" { &Value::Bool(false) } else { &expect["enabled"] };
        assert_eq!(&answer["enabled"], enabled, "{case}");
        if let Some(thousandths) = expect["bucket_thousandths"].as_f64() {
            assert_eq!(answer["bucket"], thousandths / 1000.0, "{case}");
        }
        let revision = revisions.get(case["flag_key"].as_str().unwrap()).unwrap_or(&Value::Null);
        assert_eq!(&answer["revision"], revision, "{case}");
        for key in revisions.keys() {
            assert_eq!(connection.request("DELETE", &format!("/api/flags/{key}"), "").status, 204);
        }
        replayed += 1;
    }
    assert!(replayed > cases.len() / 2, "{replayed}");
}
