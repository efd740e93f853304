//! What people, programs and attackers get wrong: each gets its status and a problem document, nothing is half-written,
//! and the server goes on.

use crate::support::{Connection, InProcess, Response, Server, exchange, read_response, speak};
use server::config::Timeouts;
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

const JSON: Option<&str> = Some("application/json");
/// A row in which any field may be named, or none: what is wrong is the document as a whole.
const ANY: &str = "*";
/// The most bytes of a body.
const LIMIT: usize = 512 << 10;

/// A request, and what it must be answered.
struct Row {
    method: &'static str,
    path: String,
    media_type: Option<&'static str>,
    body: Vec<u8>,
    status: u16,
    /// What `field` names; empty where no field is at fault.
    field: String,
}

fn row(method: &'static str, path: impl Into<String>, body: impl Into<Vec<u8>>, status: u16, field: &str) -> Row {
    Row { method, path: path.into(), media_type: JSON, body: body.into(), status, field: field.to_owned() }
}

fn post(body: impl Into<Vec<u8>>, field: &str) -> Row {
    row("POST", "/api/flags", body, 400, field)
}

fn patch(body: impl Into<Vec<u8>>, field: &str) -> Row {
    row("PATCH", "/api/flags/a", body, 400, field)
}

fn evaluate(body: impl Into<Vec<u8>>, field: &str) -> Row {
    row("POST", "/api/evaluate", body, 400, field)
}

fn get(path: impl Into<String>, status: u16, field: &str) -> Row {
    Row { media_type: None, ..row("GET", path, "", status, field) }
}

/// A server with two flags, and what a table must leave as it is.
struct Guarded {
    server: Server,
    before: [String; 3],
}

impl Guarded {
    fn start() -> Self {
        let server = Server::start();
        server.request("POST", "/api/flags", r#"{"key":"a","is_enabled":true,"rollout_percentage":12.5}"#);
        server.request("POST", "/api/flags", r#"{"key":"b"}"#);
        let before = Self::state(&server);
        Self { server, before }
    }

    fn state(server: &Server) -> [String; 3] {
        let flags = server.request("GET", "/api/flags", "");
        let history = server.request("GET", "/api/history", "");
        [flags.text().to_owned(), flags.header("etag").unwrap().to_owned(), history.text().to_owned()]
    }

    /// The server is alive, nothing was changed, and the next write makes the next revision. A panic in the log fails
    /// the test when the server is let go of.
    fn check(&self) {
        assert_eq!(Self::state(&self.server), self.before);
        assert_eq!(self.server.request("GET", "/readyz", "").status, 200);
        let written = self.server.request("POST", "/api/flags", r#"{"key":"after"}"#);
        assert_eq!((written.status, written.json()["revision"].clone()), (201, 3.into()));
    }

    fn run(&self, rows: Vec<Row>) {
        for row in rows {
            let headers: Vec<_> = row.media_type.map(|media_type| ("Content-Type", media_type)).into_iter().collect();
            let answer = exchange(self.server.connect(), row.method, &row.path, &headers, &row.body);
            let shown = String::from_utf8_lossy(&row.body[..row.body.len().min(300)]).into_owned();
            let what = format!("{} {:.200} {shown}: {}", row.method, row.path, String::from_utf8_lossy(&answer.body));
            assert_eq!(answer.status, row.status, "{what}");
            assert_problem(&answer, &row.field, &what);
        }
    }
}

/// Whether an answer is a whole problem document that names the field.
fn assert_problem(answer: &Response, field: &str, what: &str) {
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    let problem = answer.json();
    assert_eq!(problem["status"], answer.status, "{what}");
    for member in ["type", "title", "detail"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {what}");
    }
    match field {
        ANY => {}
        "" => assert!(problem.get("field").is_none(), "{what}"),
        field => assert_eq!(problem["field"], field, "{what}"),
    }
    assert!(answer.body.len() < 4096, "a short answer: {what}");
}

/// Values of every JSON type, as text, but for `but`.
fn values_but(but: &[&str]) -> Vec<(&'static str, &'static str)> {
    let all = [
        ("string", r#""text""#),
        ("number", "7"),
        ("boolean", "true"),
        ("null", "null"),
        ("array", "[]"),
        ("object", "{}"),
    ];
    all.into_iter().filter(|(kind, _)| !but.contains(kind)).collect()
}

fn rule(attribute: &str, operator: &str, values: &str) -> String {
    format!(r#"{{"attribute":{attribute},"operator":{operator},"values":{values}}}"#)
}

/// Members of a flag with a wrong value, and the field that the answer names.
fn wrong_members() -> Vec<(String, String)> {
    let mut members: Vec<(String, String)> = Vec::new();
    let mut add = |member: String, field: &str| members.push((member, field.to_owned()));
    for (field, takes) in [
        ("rollout_percentage", &["number", "null"][..]),
        ("description", &["string", "null"]),
        ("revision", &["number"]),
        ("created_at", &["string"]),
        ("updated_at", &["string"]),
    ] {
        for (_, value) in values_but(takes) {
            add(format!(r#""{field}":{value}"#), field);
        }
    }
    for (_, value) in values_but(&["boolean", "null"]) {
        add(format!(r#""is_enabled":{value}"#), "is_enabled");
    }
    for (_, value) in values_but(&["array", "null"]) {
        add(format!(r#""rules":{value}"#), "rules");
    }
    for number in ["-1", "-0.001", "100.001", "101", "1e3", "12.3456", "0.00001", "1e-7", "99999999999999999999"] {
        add(format!(r#""rollout_percentage":{number}"#), "rollout_percentage");
    }
    for number in ["-1", "1.5", "9007199254740992", "1e30"] {
        add(format!(r#""revision":{number}"#), "revision");
    }
    for time in [
        "yesterday",
        "",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00+01:00",
        "1969-12-31T23:59:59Z",
    ] {
        add(format!(r#""created_at":"{time}""#), "created_at");
        add(format!(r#""updated_at":"{time}""#), "updated_at");
    }
    add(format!(r#""description":"{}""#, "x".repeat(1025)), "description");
    add(format!(r#""description":"{}""#, "é".repeat(513)), "description");
    for wrong in ["is_enable", "Is_enabled", "enabled", "rules ", "__proto__", "percentage"] {
        add(format!(r#""{wrong}":true"#), wrong);
    }
    for (first, again, field) in [
        ("is_enabled", "is_enabled", "is_enabled"),
        ("description", "descr\\u0069ption", "description"),
        ("rules", "rules", "rules"),
        ("rollout_percentage", "rollout_percentage", "rollout_percentage"),
    ] {
        let value = match field {
            "is_enabled" => "true",
            "rules" => "[]",
            _ => "null",
        };
        add(format!(r#""{first}":{value},"{again}":{value}"#), field);
    }
    // Rules.
    let good = rule(r#""x""#, r#""Equals""#, r#"["y"]"#);
    add(format!(r#""rules":[{}]"#, vec![good.as_str(); 65].join(",")), "rules");
    for (_, value) in values_but(&["object"]) {
        add(format!(r#""rules":[{good},{value}]"#), "rules[1]");
    }
    for (_, value) in values_but(&["string"]) {
        add(format!(r#""rules":[{}]"#, rule(value, r#""Equals""#, r#"["y"]"#)), "rules[0].attribute");
        add(format!(r#""rules":[{}]"#, rule(r#""x""#, value, r#"["y"]"#)), "rules[0].operator");
        add(
            format!(r#""rules":[{}]"#, rule(r#""x""#, r#""Equals""#, &format!(r#"["y",{value}]"#))),
            "rules[0].values[1]",
        );
    }
    for (_, value) in values_but(&["array"]) {
        add(format!(r#""rules":[{good},{}]"#, rule(r#""x""#, r#""Equals""#, value)), "rules[1].values");
    }
    let long = |length: usize| format!(r#""{}""#, "x".repeat(length));
    add(format!(r#""rules":[{}]"#, rule(r#""""#, r#""Equals""#, r#"["y"]"#)), "rules[0].attribute");
    add(format!(r#""rules":[{}]"#, rule(&long(129), r#""Equals""#, r#"["y"]"#)), "rules[0].attribute");
    for operator in [r#""equals""#, r#""""#, r#""Matches""#, r#""Equals ""#] {
        add(format!(r#""rules":[{}]"#, rule(r#""x""#, operator, r#"["y"]"#)), "rules[0].operator");
    }
    add(format!(r#""rules":[{}]"#, rule(r#""x""#, r#""Equals""#, "[]")), "rules[0].values");
    add(
        format!(r#""rules":[{}]"#, rule(r#""x""#, r#""Equals""#, &format!("[{}]", vec!["\"y\""; 1001].join(",")))),
        "rules[0].values",
    );
    add(format!(r#""rules":[{}]"#, rule(r#""x""#, r#""Equals""#, &format!("[{}]", long(513)))), "rules[0].values[0]");
    for operator in ["Contains", "StartsWith", "EndsWith"] {
        add(
            format!(r#""rules":[{}]"#, rule(r#""x""#, &format!("\"{operator}\""), r#"["y",""]"#)),
            "rules[0].values[1]",
        );
    }
    for (missing, body) in [
        ("attribute", r#"{"operator":"Equals","values":["y"]}"#),
        ("operator", r#"{"attribute":"x","values":["y"]}"#),
        ("values", r#"{"attribute":"x","operator":"Equals"}"#),
    ] {
        add(format!(r#""rules":[{body}]"#), &format!("rules[0].{missing}"));
    }
    let unknown = r#"{"attribute":"x","operator":"Equals","values":["y"],"value":"y"}"#;
    add(format!(r#""rules":[{unknown}]"#), "rules[0].value");
    let twice = r#"{"attribute":"x","operator":"Equals","values":["y"],"attribute":"z"}"#;
    add(format!(r#""rules":[{twice}]"#), "rules[0].attribute");
    members
}

/// Texts that are no JSON document of an object, whatever the route.
fn wrong_documents() -> Vec<(Vec<u8>, &'static str)> {
    let mut documents: Vec<(Vec<u8>, &str)> = [
        "",
        " \n",
        "null",
        "true",
        "7",
        "\"a\"",
        "[]",
        r#"[{"key":"a"}]"#,
        "{",
        "}",
        "{'key':'a'}",
        "{key:1}",
        r#"{"#,
        "not json",
        "NaN",
        "\u{feff}{}",
        "\0",
        "//\n{}",
        "{/**/}",
    ]
    .into_iter()
    .map(|text| (text.as_bytes().to_vec(), ""))
    .collect();
    // In these a field may be named: the reader was within it.
    for text in [
        "{}}",
        "{},",
        "{}\0",
        r#"{"":true}"#,
        r#"{"key"}"#,
        r#"{"key":}"#,
        r#"{"key":"a",}"#,
        r#"{"key":"a""#,
        r#"{"key":"a"#,
        r#"{"key":"\x"}"#,
        r#"{"key":"\ud800"}"#,
        "{\"key\":\"a\nb\"}",
        r#"{"key":"a"} {}"#,
        r#"{"is_enabled":tru}"#,
        r#"{"rollout_percentage":01}"#,
        r#"{"rollout_percentage":+1}"#,
        r#"{"rollout_percentage":.5}"#,
        r#"{"rollout_percentage":1.}"#,
    ] {
        documents.push((text.as_bytes().to_vec(), ANY));
    }
    documents.push((b"{\"key\":\"a\xff\"}".to_vec(), ""));
    documents.push((b"{\"key\":\"\xc0\xaf\"}".to_vec(), ""));
    documents.push((b"{\"key\":\"\xed\xa0\x80\"}".to_vec(), ""));
    documents.push((vec![0x1f, 0x8b, 8, 0], ""));
    documents
}

#[test]
fn a_flag_with_a_wrong_field_is_refused_and_the_field_named() {
    let guarded = Guarded::start();
    let mut rows = Vec::new();
    for (member, field) in wrong_members() {
        rows.push(post(format!(r#"{{"key":"a",{member}}}"#), &field));
        rows.push(post(format!(r#"{{{member},"key":"new"}}"#), &field));
        rows.push(patch(format!("{{{member}}}"), &field));
        rows.push(evaluate(format!(r#"{{"user_key":"u","flag":{{"key":"a",{member}}}}}"#), &format!("flag.{field}")));
    }
    for field in ["is_enabled", "rules"] {
        // PATCH resets by null, POST does not.
        rows.push(post(format!(r#"{{"key":"a","{field}":null}}"#), field));
        rows.push(evaluate(
            format!(r#"{{"user_key":"u","flag":{{"key":"a","{field}":null}}}}"#),
            &format!("flag.{field}"),
        ));
    }
    for (_, value) in values_but(&["string"]) {
        rows.push(post(format!(r#"{{"key":{value}}}"#), "key"));
        rows.push(patch(format!(r#"{{"key":{value}}}"#), "key"));
        rows.push(evaluate(format!(r#"{{"user_key":"u","flag":{{"key":{value}}}}}"#), "flag.key"));
    }
    for key in ["", " ", "a b", "a/b", "ä", "a\\u0000", "..\\/x", &"k".repeat(129)] {
        rows.push(post(format!(r#"{{"key":"{key}"}}"#), "key"));
        rows.push(patch(format!(r#"{{"key":"{key}"}}"#), "key"));
        rows.push(evaluate(format!(r#"{{"user_key":"u","flag":{{"key":"{key}"}}}}"#), "flag.key"));
    }
    rows.push(post("{}", "key"));
    rows.push(post(r#"{"is_enabled":true}"#, "key"));
    rows.push(post(r#"{"key":"new","key":"new"}"#, "key"));
    rows.push(post(r#"{"key":"new","\u006bey":"new"}"#, "key"));
    rows.push(patch(r#"{"key":"a","key":"a"}"#, "key"));
    assert!(rows.len() > 400, "{}", rows.len());
    guarded.run(rows);
    guarded.check();
}

#[test]
fn a_body_that_is_no_json_object_is_refused() {
    let guarded = Guarded::start();
    let mut rows = Vec::new();
    for (document, field) in wrong_documents() {
        rows.push(post(document.clone(), field));
        // An empty object is a patch, though one that changes nothing; it is not in this list.
        rows.push(patch(document.clone(), if document.starts_with(b"{\"key\":") { ANY } else { field }));
        rows.push(evaluate(document.clone(), if document.len() > 3 { ANY } else { field }));
    }
    // Deeper than 32 levels, in all places where something is skipped, and where it is not.
    for depth in [33, 1000, 200_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let (objects, ends) = (r#"{"x":"#.repeat(depth.min(80_000)), "}".repeat(depth.min(80_000)));
        for deep in [format!("{open}{close}"), open.clone(), format!("{objects}1{ends}")] {
            rows.push(post(deep.clone(), ANY));
            rows.push(patch(deep.clone(), ANY));
            rows.push(post(format!(r#"{{"key":"a","rules":{deep}}}"#), ANY));
            rows.push(post(format!(r#"{{"key":"a","x":{deep}}}"#), "x"));
            rows.push(patch(format!(r#"{{"description":{deep}}}"#), "description"));
            rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":"u","attributes":{{"x":{deep}}}}}"#), ANY));
            let rules = vec![rule(r#""x""#, r#""Equals""#, r#"["y"]"#); 64].join(",");
            rows.push(patch(format!(r#"{{"rules":[{rules},{deep}]}}"#), ANY));
        }
    }
    guarded.run(rows);
    guarded.check();
}

#[test]
fn a_truncated_body_is_refused_wherever_it_is_cut() {
    let guarded = Guarded::start();
    let rules = r#"[{"attribute":"x\u00e9","operator":"Equals","values":["é",""]}]"#;
    let flag =
        format!(r#"{{"key":"new","is_enabled":true,"rollout_percentage":12.5,"description":null,"rules":{rules}}}"#);
    let question = format!(r#"{{"flag":{flag},"user_key":"u","attributes":{{"x":1,"y":null}}}}"#);
    let mut rows = Vec::new();
    for end in 0..flag.len() {
        rows.push(post(&flag.as_bytes()[..end], ANY));
    }
    for end in (0..question.len()).step_by(3) {
        rows.push(evaluate(&question.as_bytes()[..end], ANY));
    }
    guarded.run(rows);
    guarded.check();
}

#[test]
fn a_question_with_a_wrong_field_is_refused_and_the_field_named() {
    let guarded = Guarded::start();
    let mut rows = Vec::new();
    for (_, value) in values_but(&["string"]) {
        rows.push(evaluate(format!(r#"{{"flag_key":{value},"user_key":"u"}}"#), "flag_key"));
        rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":{value}}}"#), "user_key"));
    }
    for (_, value) in values_but(&["object"]) {
        rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":"u","attributes":{value}}}"#), "attributes"));
        rows.push(evaluate(format!(r#"{{"flag":{value},"user_key":"u"}}"#), "flag"));
    }
    for value in ["[]", "{}", r#"["x"]"#, r#"{"y":"z"}"#] {
        rows.push(evaluate(
            format!(r#"{{"flag_key":"a","user_key":"u","attributes":{{"x":{value}}}}}"#),
            "attributes.x",
        ));
    }
    let long = "x".repeat(4097);
    rows.push(evaluate(format!(r#"{{"flag_key":"{long}","user_key":"u"}}"#), "flag_key"));
    rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":"{long}"}}"#), "user_key"));
    rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":"u","attributes":{{"x":"{long}"}}}}"#), "attributes.x"));
    let name = "n".repeat(129);
    for value in [r#""y""#, "1", "null"] {
        rows.push(evaluate(
            format!(r#"{{"flag_key":"a","user_key":"u","attributes":{{"{name}":{value}}}}}"#),
            &format!("attributes.{name}"),
        ));
    }
    for value in [r#""y""#, "null"] {
        let many: Vec<String> = (0..257).map(|number| format!(r#""n{number}":{value}"#)).collect();
        rows.push(evaluate(
            format!(r#"{{"flag_key":"a","user_key":"u","attributes":{{{}}}}}"#, many.join(",")),
            "attributes.n256",
        ));
    }
    for (first, second) in [("1", "1"), (r#""y""#, "null"), ("null", r#""y""#), ("null", "null")] {
        rows.push(evaluate(
            format!(r#"{{"flag_key":"a","user_key":"u","attributes":{{"x":{first},"\u0078":{second}}}}}"#),
            "attributes.x",
        ));
    }
    rows.push(evaluate("{}", "flag_key"));
    rows.push(evaluate(r#"{"user_key":"u"}"#, "flag_key"));
    rows.push(evaluate(r#"{"flag_key":"a"}"#, "user_key"));
    rows.push(evaluate(r#"{"flag":{"key":"a"}}"#, "user_key"));
    rows.push(evaluate(r#"{"flag":{},"user_key":"u"}"#, "flag.key"));
    rows.push(evaluate(r#"{"flag_key":"a","flag":{"key":"a"},"user_key":"u"}"#, "flag"));
    for field in ["flag_key", "user_key"] {
        rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":"u","{field}":"x"}}"#), field));
    }
    rows.push(evaluate(r#"{"flag":{"key":"a"},"flag":{"key":"a"},"user_key":"u"}"#, "flag"));
    rows.push(evaluate(r#"{"flag_key":"a","attributes":{},"user_key":"u","attributes":{}}"#, "attributes"));
    for unknown in ["userKey", "flagKey", "default", "key"] {
        rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":"u","{unknown}":"x"}}"#), unknown));
    }
    guarded.run(rows);
    guarded.check();
}

#[test]
fn a_question_about_many_users_names_the_user_whose_field_is_wrong() {
    let guarded = Guarded::start();
    let about = |users: &str, field: &str| evaluate(format!(r#"{{"flag_key":"a","users":{users}}}"#), field);
    let mut rows = Vec::new();
    for (_, value) in values_but(&["array"]) {
        rows.push(about(value, "users"));
    }
    for (_, value) in values_but(&["object"]) {
        rows.push(about(&format!(r#"[{{"user_key":"u"}},{value}]"#), "users[1]"));
        rows.push(about(&format!(r#"[{{"user_key":"u","attributes":{value}}}]"#), "users[0].attributes"));
    }
    for (_, value) in values_but(&["string"]) {
        rows.push(about(&format!(r#"[{{"user_key":{value}}}]"#), "users[0].user_key"));
    }
    for (user, field) in [
        ("{}", "user_key"),
        (r#"{"attributes":{}}"#, "user_key"),
        (r#"{"user_key":"u","user_key":"u"}"#, "user_key"),
        (r#"{"user_key":"u","attributes":{},"attributes":{}}"#, "attributes"),
        (r#"{"user_key":"u","userKey":"u"}"#, "userKey"),
        (r#"{"user_key":"u","flag_key":"a"}"#, "flag_key"),
        (r#"{"user_key":"u","attributes":{"x":[]}}"#, "attributes.x"),
        (r#"{"user_key":"u","attributes":{"x":"y","x":"y"}}"#, "attributes.x"),
    ] {
        let users = format!(r#"[{{"user_key":"u"}},{{"user_key":"u"}},{user},{{"user_key":"u"}}]"#);
        rows.push(about(&users, &format!("users[2].{field}")));
        // The first of several mistakes is the one that is named.
        rows.push(about(
            &format!(r#"[{user},{{"user_key":"u","attributes":{{"z":{{}}}}}}]"#),
            &format!("users[0].{field}"),
        ));
    }
    // A mistake in what is asked does not hide that the document is no JSON.
    rows.push(evaluate(r#"{"flag_key":"a","users":[{"user_key":"u","attributes":{"x":[]}},}"#, "users[1]"));
    let many = |count: usize| format!("[{}]", vec![r#"{"user_key":"u"}"#; count].join(","));
    rows.push(about(&many(1001), "users"));
    rows.push(about(&many(20_000), "users"));
    rows.push(evaluate(format!(r#"{{"users":{}}}"#, many(1)), "flag_key"));
    rows.push(evaluate(format!(r#"{{"flag_key":"a","user_key":"u","users":{}}}"#, many(1)), "users"));
    rows.push(evaluate(format!(r#"{{"flag_key":"a","users":{},"attributes":{{}}}}"#, many(1)), "users"));
    rows.push(evaluate(format!(r#"{{"flag_key":"a","users":{0},"users":{0}}}"#, many(1)), "users"));
    rows.push(evaluate(r#"{"flag_key":"a","attributes":{}}"#, "user_key"));
    guarded.run(rows);
    let fits = format!(r#"{{"flag_key":"a","users":{}}}"#, many(1000));
    assert_eq!(guarded.server.request("POST", "/api/evaluate", &fits).status, 200);
    guarded.check();
}

#[test]
fn a_patch_cannot_change_what_is_fixed() {
    let guarded = Guarded::start();
    let unprocessable = |body: &str, field: &str| row("PATCH", "/api/flags/a", body, 422, field);
    guarded.run(vec![
        unprocessable(r#"{"key":"b"}"#, "key"),
        unprocessable(r#"{"is_enabled":false,"key":"A"}"#, "key"),
        unprocessable(r#"{"is_enabled":false,"revision":2}"#, "revision"),
        unprocessable(r#"{"created_at":"2001-01-01T00:00:00Z"}"#, "created_at"),
        unprocessable(r#"{"updated_at":"2001-01-01T00:00:00Z"}"#, "updated_at"),
        row("PATCH", "/api/flags/missing", r#"{"is_enabled":true}"#, 404, ""),
        row("PATCH", "/api/flags/missing", r#"{"key":"missing"}"#, 404, ""),
        row("DELETE", "/api/flags/missing", "", 404, ""),
    ]);
    guarded.check();
}

#[test]
fn what_the_server_sets_is_taken_back_unchanged() {
    let server = Server::start();
    let foreign =
        r#"{"key":"x","revision":99,"created_at":"2001-02-03T04:05:06Z","updated_at":"2001-02-03T04:05:06Z"}"#;
    let created = server.request("POST", "/api/flags", foreign);
    assert_eq!((created.status, created.json()["revision"].clone()), (201, 1.into()));
    assert_ne!(created.json()["created_at"], "2001-02-03T04:05:06.000Z");
    // Read, edit, write back: by POST and by PATCH.
    let mut flag = created.json();
    flag["is_enabled"] = true.into();
    let replaced = server.request("POST", "/api/flags", &flag.to_string());
    assert_eq!((replaced.status, replaced.json()["revision"].clone()), (200, 2.into()));
    assert_eq!(replaced.json()["created_at"], created.json()["created_at"]);
    let mut flag = replaced.json();
    flag["description"] = "edited".into();
    let patched = server.request("PATCH", "/api/flags/x", &flag.to_string());
    assert_eq!((patched.status, patched.json()["revision"].clone()), (200, 3.into()), "{}", patched.text());
    assert_eq!(server.request("PATCH", "/api/flags/x", r#"{"key":"x","is_enabled":false}"#).status, 200);
    assert_eq!(server.request("GET", "/api/flags", "").json().as_array().unwrap().len(), 1);
}

#[test]
fn what_is_just_within_the_limits_is_taken() {
    let server = Server::start();
    let key = "k".repeat(128);
    let values: Vec<String> = (0..990).map(|number| format!("\"{number:0>500}\"")).collect();
    let one = rule(&format!(r#""{}""#, "x".repeat(128)), r#""Equals""#, r#"[""]"#);
    let many_rules = vec![one.as_str(); 64].join(",");
    let description = "é".repeat(512);
    let flag = format!(
        r#"{{"key":"{key}","description":"{description}","rollout_percentage":99.999,"rules":[{many_rules}]}}"#
    );
    assert_eq!(server.request("POST", "/api/flags", &flag).status, 201);
    assert_eq!(server.request("GET", &format!("/api/flags/{key}"), "").status, 200);
    let large = format!(
        r#"{{"key":"large","rules":[{}]}}"#,
        rule(r#""x""#, r#""NotEquals""#, &format!("[{}]", values.join(",")))
    );
    let large = format!("{large}{}", " ".repeat(LIMIT - large.len()));
    assert_eq!(server.request("POST", "/api/flags", &large).status, 201);
    let thousand = vec![format!("\"{}\"", "v".repeat(400)); 1000].join(",");
    let rules = rule(r#""x""#, r#""EndsWith""#, &format!("[{thousand}]"));
    assert_eq!(server.request("PATCH", "/api/flags/large", &format!(r#"{{"rules":[{rules}]}}"#)).status, 200);
    let attributes: Vec<String> =
        (0..256).map(|number| format!(r#""{number:0>128}":"{}""#, "v".repeat(1000))).collect();
    let question = format!(
        r#"{{"flag_key":"large","user_key":"{}","attributes":{{{}}}}}"#,
        "u".repeat(4096),
        attributes.join(",")
    );
    assert_eq!(server.request("POST", "/api/evaluate", &question).status, 200);
}

#[test]
fn wrong_parameters_of_the_history_are_named() {
    let guarded = Guarded::start();
    let mut rows = Vec::new();
    for path in ["/api/history", "/api/flags/a/history"] {
        for value in ["0", "-1", "1001", "4294967297", "1.5", "ten", "", "%00", "1%20", "0x10", "%ff"] {
            rows.push(get(format!("{path}?limit={value}"), 400, "limit"));
        }
        for value in ["-1", "1.5", "ten", "", "9007199254740992", "18446744073709551616", "01", "%2B1"] {
            rows.push(get(format!("{path}?before={value}"), 400, "before"));
        }
        rows.push(get(format!("{path}?limit=1&limit=2"), 400, "limit"));
        rows.push(get(format!("{path}?before=1&limit=1&before=1"), 400, "before"));
        rows.push(get(format!("{path}?Limit=1"), 400, "Limit"));
        rows.push(get(format!("{path}?limit=1&offset=3"), 400, "offset"));
    }
    rows.push(get("/api/flags/missing/history", 404, ""));
    guarded.run(rows);
    for good in ["?limit=1", "?limit=1000&before=9007199254740991", "?before=0", "?"] {
        assert_eq!(guarded.server.request("GET", &format!("/api/history{good}"), "").status, 200, "{good}");
    }
    guarded.check();
}

#[test]
fn a_path_that_names_no_flag_is_refused() {
    let guarded = Guarded::start();
    let mut rows = Vec::new();
    let overlong = "k".repeat(129);
    for key in [
        "%00",
        "%ff",
        "%C3%28",
        "a%2Fb",
        "a%20b",
        "%",
        "%zz",
        "%e2%82",
        "%F0%9F%98%80",
        "a%3Fb",
        "a:b",
        "%2e%2e%2f",
        &overlong,
    ] {
        for (method, body) in [("GET", ""), ("PATCH", "{}"), ("DELETE", "")] {
            rows.push(row(method, format!("/api/flags/{key}"), body, 400, "key"));
        }
        rows.push(get(format!("/api/flags/{key}/history"), 400, "key"));
    }
    for path in [
        "/api",
        "/api/",
        "/api/flag",
        "/api/flags/",
        "/api/flags/a/",
        "/api/flags/a/b",
        "/api/flags//history",
        "/api/flags/a/history/",
        "/api/history/",
        "/API/flags",
        "/api/../api/flags",
        "/api//flags",
        "/stream/",
        "/nothing",
        "/%00",
        "/..%2f..%2fetc/passwd",
        "/healthz/",
        "//",
        "/?/api/flags/",
    ] {
        if path != "/?/api/flags/" {
            rows.push(get(path, 404, ""));
        }
    }
    rows.push(row("POST", "/api/nothing", "{}", 404, ""));
    guarded.run(rows);
    // Escapes of what needs none are the same key (RFC 3986, section 6.2.2.2).
    assert_eq!(guarded.server.request("GET", "/api/flags/%61", "").json()["key"], "a");
    assert_eq!(guarded.server.request("GET", "/api/flags/%61/history?limit=1", "").status, 200);
    assert_eq!(guarded.server.request("GET", "/api/flags/a?x=/b", "").status, 200);
    guarded.check();
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let guarded = Guarded::start();
    for (path, allowed) in [
        ("/api/flags", "GET, HEAD, OPTIONS, POST"),
        ("/api/flags/a", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/api/flags/%00", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/api/flags/a/history", "GET, HEAD, OPTIONS"),
        ("/api/history", "GET, HEAD, OPTIONS"),
        ("/api/evaluate", "OPTIONS, POST"),
        ("/stream", "GET, OPTIONS"),
        ("/healthz", "GET, HEAD, OPTIONS"),
        ("/readyz", "GET, HEAD, OPTIONS"),
        ("/metrics", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/", "GET, HEAD, OPTIONS"),
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "get", "FLAG", "PROPFIND"] {
            if allowed.split(", ").any(|listed| listed == method) || (method == "CONNECT") {
                continue;
            }
            let body = if matches!(method, "POST" | "PUT" | "PATCH") { r#"{"key":"new"}"# } else { "" };
            let answer = guarded.server.request(method, path, body);
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {path}");
            if method != "HEAD" {
                assert_problem(&answer, "", path);
            }
        }
        let options = guarded.server.request("OPTIONS", path, "");
        assert_eq!((options.status, options.header("allow"), options.text()), (204, Some(allowed), ""), "{path}");
    }
    guarded.check();
}

#[test]
fn head_is_get_without_the_body() {
    let server = Server::start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    for path in ["/api/flags", "/api/flags/a", "/api/flags/missing", "/api/history", "/healthz", "/openapi.json", "/"] {
        let (get, head) = (server.request("GET", path, ""), server.request("HEAD", path, ""));
        assert_eq!((head.status, head.text()), (get.status, ""), "{path}");
        for header in ["content-type", "content-length", "etag"] {
            assert_eq!(head.header(header), get.header(header), "{path} {header}");
        }
    }
    // What follows on the connection is the next answer, and no body.
    let mut connection = Connection::new(BufReader::new(server.connect()));
    assert_eq!(connection.request("HEAD", "/api/flags/missing", "").status, 404);
    assert_eq!(connection.request("GET", "/healthz", "").text(), r#"{"status":"ok"}"#);
}

#[test]
fn a_body_of_another_media_type_is_refused() {
    let guarded = Guarded::start();
    let mut rows = Vec::new();
    for media_type in [
        None,
        Some(""),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonp"),
        Some("application"),
        Some("json"),
        Some("multipart/form-data; boundary=x"),
        Some("text/plain; application/json"),
    ] {
        rows.push(Row { media_type, status: 415, ..post(r#"{"key":"new"}"#, "") });
        rows.push(Row { media_type, status: 415, ..patch(r#"{"is_enabled":false}"#, "") });
        rows.push(Row { media_type, status: 415, ..evaluate(r#"{"flag_key":"a","user_key":"u"}"#, "") });
    }
    let merge_patch = Some("application/merge-patch+json");
    rows.push(Row { media_type: merge_patch, status: 415, ..post(r#"{"key":"new"}"#, "") });
    rows.push(Row { media_type: merge_patch, ..patch(r#"{"key":"a b"}"#, "key") });
    guarded.run(rows);
    for media_type in
        ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8"]
    {
        let question = br#"{"flag_key":"a","user_key":"u"}"#;
        let answer = guarded.server.request_with("POST", "/api/evaluate", &[("Content-Type", media_type)], question);
        assert_eq!(answer.status, 200, "{media_type}");
    }
    guarded.check();
}

/// A request with a body in chunks.
fn chunked(method: &str, path: &str, chunks: &[&[u8]]) -> Vec<u8> {
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for chunk in chunks {
        request.extend(format!("{:x}\r\n", chunk.len()).bytes());
        request.extend_from_slice(chunk);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    request
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let guarded = Guarded::start();
    let mut whole = br#"{"key":"new"}"#.to_vec();
    whole.resize(LIMIT + 1, b' ');
    let much = vec![b' '; 4 << 20];
    let mut rows = Vec::new();
    for body in [&whole, &much] {
        rows.push(Row { status: 413, ..post(body.clone(), "") });
        rows.push(Row { status: 413, ..patch(body.clone(), "") });
        rows.push(Row { status: 413, ..evaluate(body.clone(), "") });
    }
    guarded.run(rows);
    for path in ["/api/flags", "/api/evaluate"] {
        for chunks in [vec![&whole[..]], whole.chunks(1000).collect(), much.chunks(65536).collect()] {
            let answer = speak(guarded.server.connect(), &chunked("POST", path, &chunks)).expect("an answer");
            assert_eq!(answer.status, 413, "{path}");
            assert_problem(&answer, "", path);
        }
    }
    // A promise of much is refused before any of it comes.
    for length in [(LIMIT + 1).to_string(), "1099511627776".to_owned(), (u64::MAX - 2).to_string()] {
        let head = format!(
            "POST /api/flags HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        let answer = speak(guarded.server.connect(), head.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 413, "{length}");
        assert_problem(&answer, "", &length);
    }
    guarded.check();
}

/// What raw bytes must be answered.
#[derive(Clone, Copy, Debug)]
enum Expected {
    /// This status, with a problem document.
    Problem(u16),
    /// This status, without a fault.
    Fine(u16),
    /// hyper refuses it by itself: a bare 4xx, or a closed connection.
    Bare,
}

#[test]
fn what_is_no_proper_http_is_refused() {
    use Expected::{Bare, Fine, Problem};
    let guarded = Guarded::start();
    let body = r#"{"key":"new"}"#;
    let with_body = |headers: &str, body: &str| {
        format!("POST /api/flags HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n{body}")
    };
    let many_headers: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    let rows: Vec<(&str, String, Expected)> = vec![
        ("two Hosts", "GET /api/flags HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), Problem(400)),
        ("one Host twice", "GET /api/flags HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n".into(), Problem(400)),
        ("two Hosts for a file", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), Problem(400)),
        ("two Hosts in HTTP/1.0", "GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n".into(), Problem(400)),
        ("two Hosts for nothing", "GET /api/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), Problem(400)),
        ("a question about nothing", "OPTIONS /api/x HTTP/1.1\r\nHost: a\r\n\r\n".into(), Problem(404)),
        ("no Host", "GET /api/flags HTTP/1.1\r\n\r\n".into(), Problem(400)),
        ("no Host in HTTP/1.0", "GET /api/flags HTTP/1.0\r\n\r\n".into(), Fine(200)),
        (
            "a write without a Host",
            format!("POST /api/flags HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{body}"),
            Problem(400),
        ),
        ("an absolute target", "GET http://x/api/flags HTTP/1.1\r\nHost: x\r\n\r\n".into(), Fine(200)),
        ("all of the server", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n".into(), Fine(204)),
        ("a star", "GET * HTTP/1.1\r\nHost: x\r\n\r\n".into(), Problem(404)),
        ("a tunnel", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n".into(), Problem(405)),
        (
            "an upgrade",
            "GET /api/flags HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".into(),
            Fine(200),
        ),
        ("an unknown Expect", "GET /api/flags HTTP/1.1\r\nHost: x\r\nExpect: the-unexpected\r\n\r\n".into(), Fine(200)),
        ("an empty line first", "\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".into(), Fine(200)),
        ("LF alone", "GET /healthz HTTP/1.1\nHost: x\n\n".into(), Fine(200)),
        ("garbage", "garbage\r\n\r\n".into(), Bare),
        ("a TLS greeting", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{fc}\u{3}\u{3}".to_owned() + "\r\n\r\n", Bare),
        ("almost HTTP/2", "PRI * HTTP/2.0\r\n\r\nSN\r\n\r\n".into(), Bare),
        ("HTTP/9", "GET / HTTP/9.9\r\nHost: x\r\n\r\n".into(), Bare),
        ("HTTP/0.9", "GET /\r\n".into(), Bare),
        ("no slash", "GET api/flags HTTP/1.1\r\nHost: x\r\n\r\n".into(), Bare),
        ("a control character in the path", "GET /api/\u{1}flags HTTP/1.1\r\nHost: x\r\n\r\n".into(), Bare),
        ("a NUL in the path", "GET /api/flags/\0 HTTP/1.1\r\nHost: x\r\n\r\n".into(), Bare),
        ("a method of other characters", "G@T{} / HTTP/1.1\r\nHost: x\r\n\r\n".into(), Bare),
        ("a header without a colon", "GET /api/flags HTTP/1.1\r\nHost: x\r\nBroken\r\n\r\n".into(), Bare),
        ("a blank before the colon", "GET /api/flags HTTP/1.1\r\nHost : x\r\n\r\n".into(), Bare),
        ("a folded header", "GET /api/flags HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n".into(), Bare),
        ("a NUL in a header", "GET /api/flags HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n".into(), Bare),
        (
            "a header that is too large",
            format!("GET /api/flags HTTP/1.1\r\nHost: x\r\nA: {}\r\n\r\n", "a".repeat(100_000)),
            Bare,
        ),
        ("too many headers", format!("GET /api/flags HTTP/1.1\r\nHost: x\r\n{many_headers}\r\n"), Bare),
        ("an absurdly long URL", format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)), Bare),
        ("an absurdly long query", format!("GET /api/flags?{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)), Bare),
        ("a long method", format!("{} / HTTP/1.1\r\nHost: x\r\n\r\n", "A".repeat(50_000)), Bare),
        ("a negative length", with_body("Content-Length: -1\r\n", body), Bare),
        ("a length with a sign", with_body("Content-Length: +13\r\n", body), Bare),
        ("a length that is no number", with_body("Content-Length: many\r\n", body), Bare),
        ("a length beyond all integers", with_body("Content-Length: 99999999999999999999999\r\n", body), Bare),
        ("the greatest integer as length", with_body("Content-Length: 18446744073709551615\r\n", body), Bare),
        ("two lengths", with_body("Content-Length: 13\r\nContent-Length: 12\r\n", body), Bare),
        ("a list of lengths", with_body("Content-Length: 13, 12\r\n", body), Bare),
        ("a coding that is not known", with_body("Transfer-Encoding: gzip\r\n", body), Bare),
        ("chunked before another coding", with_body("Transfer-Encoding: chunked, gzip\r\n", body), Bare),
        (
            "chunks in HTTP/1.0",
            "POST /api/flags HTTP/1.0\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                .into(),
            Bare,
        ),
        (
            "a chunk without a size",
            with_body("Transfer-Encoding: chunked\r\n", "what\r\n{}\r\n0\r\n\r\n"),
            Problem(400),
        ),
        ("a negative chunk", with_body("Transfer-Encoding: chunked\r\n", "-1\r\n{}\r\n0\r\n\r\n"), Problem(400)),
        (
            "a chunk beyond all integers",
            with_body("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
            Problem(400),
        ),
        (
            "a chunk that is longer than it says",
            with_body("Transfer-Encoding: chunked\r\n", "3\r\n{\"key\":\"new\"}\r\n0\r\n\r\n"),
            Problem(400),
        ),
        (
            "too much after a chunk's size",
            with_body("Transfer-Encoding: chunked\r\n", &format!("d;{}\r\n{body}\r\n0\r\n\r\n", "x".repeat(50_000))),
            Problem(400),
        ),
        (
            "too many trailers",
            with_body("Transfer-Encoding: chunked\r\n", &format!("1\r\n{{\r\n0\r\n{many_headers}\r\n")),
            Problem(400),
        ),
        ("no body where one is needed", with_body("", ""), Problem(400)),
        ("a length of nothing", with_body("Content-Length: 0\r\n", ""), Problem(400)),
    ];
    for (name, request, expected) in rows {
        let answer = speak(guarded.server.connect(), request.as_bytes());
        let shown = answer.as_ref().map(|answer| (answer.status, String::from_utf8_lossy(&answer.body).into_owned()));
        match (expected, &answer) {
            (Problem(status), Some(answer)) => {
                assert_eq!(answer.status, status, "{name}: {shown:?}");
                let field = if name.contains("Host") { "Host" } else { "" };
                assert_problem(answer, field, name);
            }
            (Fine(status), Some(answer)) => assert_eq!(answer.status, status, "{name}: {shown:?}"),
            (Bare, None) => {}
            (Bare, Some(answer)) => assert!((400..500).contains(&answer.status), "{name}: {shown:?}"),
            (expected, None) => panic!("{name}: {expected:?} is expected, not a closed connection"),
        }
    }
    guarded.check();
}

#[test]
fn a_request_with_two_lengths_leaves_nothing_for_the_next() {
    // Content-Length and Transfer-Encoding: the one that counts may differ from server to server, so what follows could
    // be smuggled in as a request. RFC 9112, section 6.1: refuse it, or take the chunks and close the connection.
    let guarded = Guarded::start();
    let answers = |headers: &str, next: &str| {
        let first =
            format!("POST /api/flags HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{headers}\r\n0\r\n\r\n");
        let mut socket = guarded.server.connect();
        socket.write_all(format!("{first}{next}").as_bytes()).unwrap();
        let mut answers = String::new();
        socket.read_to_string(&mut answers).unwrap();
        assert!(answers.starts_with("HTTP/1.1 4"), "{answers}");
        answers.matches("HTTP/1.1 ").count()
    };
    let harmless = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(answers("Transfer-Encoding: chunked\r\n", harmless), 2, "with one length, the next request is answered");
    let smuggled = "DELETE /api/flags/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for headers in
        ["Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"]
    {
        assert_eq!(answers(headers, smuggled), 1, "{headers}");
    }
    guarded.check();
}

#[test]
fn a_body_that_breaks_off_changes_nothing() {
    let guarded = Guarded::start();
    let head = "POST /api/flags HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for request in [
        format!("{head}Content-Length: 100\r\n\r\n{{\"key\":\"new\"}}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nd\r\n{{\"key\":\"new\"}}\r\n"),
        format!("{head}Content-Length: 100\r\n"),
    ] {
        let mut socket = guarded.server.connect();
        socket.write_all(request.as_bytes()).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        // The peer does not wait for an answer any more; where there is one, it is a refusal.
        let mut answer = String::new();
        let _ = socket.read_to_string(&mut answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    guarded.check();
}

#[test]
fn a_body_may_be_waited_for() {
    let server = Server::start();
    let body = r#"{"key":"new"}"#;
    let head = |length: usize, expect: &str| {
        format!(
            "POST /api/flags HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: {expect}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let mut socket = BufReader::new(server.connect());
    socket.get_mut().write_all(head(body.len(), "100-continue").as_bytes()).unwrap();
    assert_eq!(read_response(&mut socket, false).status, 100);
    socket.get_mut().write_all(body.as_bytes()).unwrap();
    assert_eq!(read_response(&mut socket, false).status, 201);
    // Who would send too much is told so instead.
    let mut socket = BufReader::new(server.connect());
    socket.get_mut().write_all(head(LIMIT + 1, "100-continue").as_bytes()).unwrap();
    assert_eq!(read_response(&mut socket, false).status, 413);
    let unknown = head(body.len(), "the-unexpected") + body;
    assert_eq!(speak(server.connect(), unknown.as_bytes()).unwrap().status, 200);
}

#[test]
fn requests_may_follow_each_other_without_waiting() {
    let server = Server::start();
    let mut requests = String::new();
    for number in 0..50 {
        let body = format!(r#"{{"key":"flag-{number}"}}"#);
        requests += &format!(
            "POST /api/flags HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        requests += &format!("GET /api/flags/flag-{number} HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    let mut socket = BufReader::new(server.connect());
    socket.get_mut().write_all(requests.as_bytes()).unwrap();
    for number in 0..50 {
        let (written, read) = (read_response(&mut socket, false), read_response(&mut socket, false));
        assert_eq!((written.status, read.status, read.text()), (201, 200, written.text()));
        assert_eq!(read.json()["revision"], number + 1);
    }
}

/// Sends `bytes` one by one, so slowly that no pause is long, until the server has had enough.
fn trickle(socket: &TcpStream, bytes: &'static [u8]) -> std::thread::JoinHandle<()> {
    let mut socket = socket.try_clone().unwrap();
    std::thread::spawn(move || {
        for byte in bytes.iter().cycle() {
            if socket.write_all(&[*byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    })
}

fn quick() -> Timeouts {
    let quick = Duration::from_millis(400);
    Timeouts { head: quick, body: quick, idle: quick, ..Timeouts::default() }
}

/// The answer to a request that does not come to its end: 408 with a problem document, and the end of the connection.
fn assert_timeout(socket: TcpStream, what: &str) {
    let start = Instant::now();
    let mut socket = BufReader::new(socket);
    let answer = read_response(&mut socket, false);
    assert_eq!(answer.status, 408, "{what}");
    assert_eq!(answer.header("connection"), Some("close"), "{what}");
    assert_problem(&answer, "", what);
    assert!(start.elapsed() < Duration::from_secs(5), "{what}: {:?}", start.elapsed());
    let mut rest = Vec::new();
    let _ = socket.read_to_end(&mut rest);
    assert!(rest.is_empty(), "{what}");
}

#[test]
fn who_is_slow_with_the_head_is_told_so() {
    let server = InProcess::start(quick());
    for begun in [&b"G"[..], b"GET /api/flags HTTP/1.1\r\nHost: x\r\n", b"POST /api/flags HTTP/1.1\r\nHost: x"] {
        let mut socket = server.connect();
        socket.write_all(begun).unwrap();
        assert_timeout(socket, &String::from_utf8_lossy(begun));
    }
    // It is the whole head that counts, and not the pause between two bytes.
    let mut socket = server.connect();
    socket.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").unwrap();
    let trickling = trickle(&socket, b"x-more: y\r\n");
    assert_timeout(socket, "a trickle");
    trickling.join().unwrap();
    // The second request of a connection is held to it too.
    let mut connection = BufReader::new(server.connect());
    connection.get_mut().write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert_eq!(read_response(&mut connection, false).status, 200);
    connection.get_mut().write_all(b"GET /hea").unwrap();
    assert_timeout(connection.into_inner(), "the second head");
}

#[test]
fn who_is_slow_with_the_body_is_told_so() {
    let server = InProcess::start(quick());
    let head = "POST /api/flags HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for begun in [
        format!("{head}Content-Length: 13\r\n\r\n"),
        format!("{head}Content-Length: 13\r\n\r\n{{\"key\":\"a"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nd\r\n{{\"key\""),
        format!("{head}Transfer-Encoding: chunked\r\n\r\nd\r\n{{\"key\":\"new\"}}\r\n"),
    ] {
        let mut socket = server.connect();
        socket.write_all(begun.as_bytes()).unwrap();
        assert_timeout(socket, &begun);
    }
    let mut socket = server.connect();
    socket.write_all(format!("{head}Content-Length: 100000\r\n\r\n").as_bytes()).unwrap();
    let trickling = trickle(&socket, b" ");
    assert_timeout(socket, "a trickle");
    trickling.join().unwrap();
    assert_eq!(server.request("GET", "/api/flags", "").text(), "[]");
}

#[test]
fn an_idle_connection_is_closed_without_a_word() {
    let server = InProcess::start(quick());
    let fresh = server.connect();
    let mut used = BufReader::new(server.connect());
    used.get_mut().write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert_eq!(read_response(&mut used, false).status, 200);
    for (what, mut socket) in [("one that was never used", fresh), ("one that was used", used.into_inner())] {
        let mut rest = Vec::new();
        let ended = socket.read_to_end(&mut rest);
        assert!(ended.is_ok() && rest.is_empty(), "{what}: {ended:?} {}", String::from_utf8_lossy(&rest));
    }
}
