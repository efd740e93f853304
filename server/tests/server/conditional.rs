//! Entity tags and the conditions on them: reading what is new only, writing what one has seen only.

use crate::support::{Response, Server};

fn with(server: &Server, condition: (&str, &str), method: &str, path: &str, body: &str) -> Response {
    server.request_with(method, path, &[condition, ("Content-Type", "application/json")], body.as_bytes())
}

fn tag(answer: &Response) -> String {
    let tag = answer.header("etag").expect("an ETag").to_owned();
    assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "{tag} is a strong tag");
    tag
}

/// A server with the flag `a` at revision 1.
fn start() -> Server {
    let server = Server::start();
    assert_eq!(server.request("POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    server
}

#[test]
fn what_the_caller_has_is_not_sent_again() {
    let server = start();
    for path in ["/api/flags", "/api/flags/a"] {
        let read = server.request("GET", path, "");
        let current = tag(&read);
        for list in [current.clone(), format!("W/{current}"), format!("\"x\", {current}"), "*".to_owned()] {
            for method in ["GET", "HEAD"] {
                let unchanged = with(&server, ("If-None-Match", &list), method, path, "");
                assert_eq!((unchanged.status, unchanged.text()), (304, ""), "{method} {path} {list}");
                assert_eq!(tag(&unchanged), current);
            }
        }
        for list in ["\"x\"", "", "x", "W/\"x\"", current.trim_matches('"')] {
            let whole = with(&server, ("If-None-Match", list), "GET", path, "");
            assert_eq!((whole.status, whole.text()), (200, read.text()), "{path} {list}");
        }
    }
}

#[test]
fn a_tag_changes_with_what_it_stands_for_and_only_then() {
    let server = start();
    let tags = || (tag(&server.request("GET", "/api/flags", "")), tag(&server.request("GET", "/api/flags/a", "")));
    let first = tags();
    assert_eq!(tags(), first);
    let created = server.request("POST", "/api/flags", r#"{"key":"b"}"#);
    let second = tags();
    assert_ne!(second.0, first.0, "the list has another flag");
    assert_eq!(second.1, first.1, "the flag is as it was");
    assert_eq!(tag(&created), tag(&server.request("GET", "/api/flags/b", "")), "the answer to a write has the tag too");
    let patched = server.request("PATCH", "/api/flags/a", r#"{"is_enabled":true}"#);
    let third = tags();
    assert_ne!(third.1, second.1);
    assert_eq!(tag(&patched), third.1);
    assert_eq!(with(&server, ("If-None-Match", &first.0), "GET", "/api/flags", "").status, 200);
    assert_eq!(with(&server, ("If-None-Match", &first.1), "GET", "/api/flags/a", "").status, 200);
}

#[test]
fn a_list_of_another_store_has_another_tag() {
    let (one, two) = (Server::start(), Server::start());
    let tag_of_one = tag(&one.request("GET", "/api/flags", ""));
    assert_ne!(tag_of_one, tag(&two.request("GET", "/api/flags", "")), "both are empty, at revision 0");
    assert_eq!(with(&two, ("If-None-Match", &tag_of_one), "GET", "/api/flags", "").status, 200);
}

#[test]
fn nobody_overwrites_what_they_have_not_seen() {
    let server = start();
    let seen = tag(&server.request("GET", "/api/flags/a", ""));
    let description = || server.request("GET", "/api/flags/a", "").json()["description"].clone();
    server.request("PATCH", "/api/flags/a", r#"{"description":"another's"}"#);
    let attempts = [
        ("PATCH", "/api/flags/a", r#"{"description":"mine"}"#),
        ("POST", "/api/flags", r#"{"key":"a","description":"mine"}"#),
        ("DELETE", "/api/flags/a", ""),
    ];
    let revision = || server.metric("sidekick_revision");
    let before = revision();
    for (method, path, body) in attempts {
        for condition in [seen.as_str(), "\"x\"", "W/\"2\"", "2", ""] {
            let refused = with(&server, ("If-Match", condition), method, path, body);
            assert_eq!(refused.status, 412, "{method} {condition}");
            assert_eq!(refused.header("content-type"), Some("application/problem+json"));
            let problem = refused.json();
            assert_eq!((&problem["status"], &problem["title"]), (&412.into(), &"Precondition Failed".into()));
        }
    }
    assert_eq!((description(), revision()), ("another's".into(), before));
    for (method, path, body) in attempts {
        let seen = tag(&server.request("GET", "/api/flags/a", ""));
        let status = with(&server, ("If-Match", &format!("\"x\", {seen}")), method, path, body).status;
        assert!(matches!(status, 200 | 204), "{method}");
    }
    assert_eq!(server.request("GET", "/api/flags/a", "").status, 404);
}

#[test]
fn if_match_any_changes_only_what_is_there() {
    let server = start();
    let any = ("If-Match", "*");
    assert_eq!(with(&server, any, "POST", "/api/flags", r#"{"key":"new"}"#).status, 412);
    assert_eq!(server.request("GET", "/api/flags/new", "").status, 404);
    assert_eq!(with(&server, any, "PATCH", "/api/flags/new", "{}").status, 412);
    assert_eq!(with(&server, any, "DELETE", "/api/flags/new", "").status, 412);
    assert_eq!(with(&server, any, "POST", "/api/flags", r#"{"key":"a"}"#).status, 200);
    assert_eq!(with(&server, any, "PATCH", "/api/flags/a", "{}").status, 200);
    assert_eq!(with(&server, any, "DELETE", "/api/flags/a", "").status, 204);
}

#[test]
fn if_none_match_any_creates_only() {
    let server = start();
    let none = ("If-None-Match", "*");
    let refused = with(&server, none, "POST", "/api/flags", r#"{"key":"a","is_enabled":true}"#);
    assert_eq!((refused.status, refused.json()["status"].clone()), (412, 412.into()));
    assert_eq!(server.request("GET", "/api/flags/a", "").json()["is_enabled"], false);
    assert_eq!(with(&server, none, "POST", "/api/flags", r#"{"key":"b"}"#).status, 201);
    assert_eq!(with(&server, none, "POST", "/api/flags", r#"{"key":"b"}"#).status, 412);
    assert_eq!(server.request("DELETE", "/api/flags/b", "").status, 204);
    assert_eq!(with(&server, none, "POST", "/api/flags", r#"{"key":"b"}"#).status, 201, "it is gone, so it is new");
}

#[test]
fn a_flag_made_anew_has_a_new_tag() {
    let server = start();
    let old = tag(&server.request("GET", "/api/flags/a", ""));
    server.request("DELETE", "/api/flags/a", "");
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    assert_eq!(with(&server, ("If-Match", &old), "DELETE", "/api/flags/a", "").status, 412);
    assert_eq!(with(&server, ("If-None-Match", &old), "GET", "/api/flags/a", "").status, 200);
}

#[test]
fn of_many_writers_with_one_tag_one_wins() {
    let server = start();
    let seen = tag(&server.request("GET", "/api/flags/a", ""));
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..16)
            .map(|number| {
                let (server, seen) = (&server, &seen);
                let body = format!(r#"{{"description":"{number}"}}"#);
                scope.spawn(move || with(server, ("If-Match", seen), "PATCH", "/api/flags/a", &body).status)
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 412).count(), 15, "{statuses:?}");
}
