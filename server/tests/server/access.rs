//! Every route with every kind of key in every state: let in, or turned away, exactly as the documents say.

use crate::support::{Server, eventually, exchange, run_to_end};
use serde_json::Value;
use server::auth::Access;
use server::http::ROUTES;
use std::io::{BufRead, BufReader, Write};

const SDK_KEY: &str = "sdk-key-of-the-environment";
const CLIENT_KEY: &str = "client-key-of-the-environment";

/// What a caller presents, and what it may do: nothing where the key is not good.
struct Caller {
    what: String,
    key: Option<String>,
    access: Option<Access>,
}

fn create(server: &Server, name: &str, kind: &str, more: &[&str]) -> String {
    let words = [&["keys", "create", name, "--kind", kind], more].concat();
    let ended = run_to_end(&server.folder, &words, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    ended.output.trim_end().to_owned()
}

fn callers(server: &Server) -> Vec<Caller> {
    let caller = |what: &str, key: Option<String>, access| Caller { what: what.to_owned(), key, access };
    let mut callers = vec![
        caller("no key", None, None),
        caller("an empty key", Some(String::new()), None),
        caller("an unknown key", Some("some-other-key".to_owned()), None),
        caller("SDK_KEY", Some(SDK_KEY.to_owned()), Some(Access::Admin)),
        caller("CLIENT_KEY", Some(CLIENT_KEY.to_owned()), Some(Access::Client)),
    ];
    for (kind, access) in [("client", Access::Client), ("server", Access::Server), ("admin", Access::Admin)] {
        let valid = create(server, &format!("{kind}-valid"), kind, &["--expires", "1d"]);
        let truncated = valid[..valid.len() - 1].to_owned();
        let upper = valid.to_uppercase();
        // Another kind's prefix makes no key of that kind.
        let raised = valid.replace(&format!("sk_{kind}_"), if kind == "admin" { "sk_client_" } else { "sk_admin_" });
        let revoked = create(server, &format!("{kind}-revoked"), kind, &[]);
        let name = format!("{kind}-revoked");
        assert_eq!(run_to_end(&server.folder, &["keys", "revoke", &name], &[]).code, Some(0));
        let expired = create(server, &format!("{kind}-expired"), kind, &["--expires", "1s"]);
        let rotated = create(server, &format!("{kind}-rotated"), kind, &[]);
        let name = format!("{kind}-rotated");
        let ended = run_to_end(&server.folder, &["keys", "rotate", &name, "--overlap", "0"], &[]);
        assert_eq!(ended.code, Some(0), "{}", ended.errors);
        callers.push(caller(&format!("a valid {kind} key"), Some(valid), Some(access)));
        callers.push(caller(
            &format!("a {kind} key's new secret"),
            Some(ended.output.trim_end().to_owned()),
            Some(access),
        ));
        for (what, key) in [
            ("a truncated", truncated),
            ("an upper-case", upper),
            ("a relabelled", raised),
            ("a revoked", revoked),
            ("an expired", expired),
            ("a rotated", rotated),
        ] {
            callers.push(caller(&format!("{what} {kind} key"), Some(key), None));
        }
    }
    let ask = |key: &str| {
        let bearer = format!("Bearer {key}");
        exchange(server.connect(), "GET", "/api/session", &[("Authorization", &bearer)], &[]).status
    };
    eventually("every key is known as it is", || {
        callers
            .iter()
            .filter_map(|caller| Some((caller.key.as_ref()?, caller.access)))
            .all(|(key, access)| ask(key) == if access.is_some() { 200 } else { 401 })
    });
    callers
}

/// The status of a request; of a stream only the head is read.
fn status(server: &Server, method: &str, path: &str, authorization: Option<&str>, body: &str) -> u16 {
    let mut socket = server.connect();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    head += &authorization.map(|value| format!("Authorization: {value}\r\n")).unwrap_or_default();
    if !body.is_empty() {
        head += &format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    }
    socket.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut line = String::new();
    BufReader::new(socket).read_line(&mut line).unwrap();
    line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line:?}")).parse().unwrap()
}

/// What `openapi.json` asks for: none, or the least kind.
fn documented(document: &Value, method: &str, path: &str) -> Access {
    let security = document["paths"][path][method.to_ascii_lowercase()]["security"].as_array().unwrap();
    match security.first().map(|one| one["bearer"][0].as_str().unwrap()) {
        None => Access::Public,
        Some("client") => Access::Client,
        Some("server") => Access::Server,
        Some("admin") => Access::Admin,
        Some(other) => panic!("{other} is no kind of key"),
    }
}

#[test]
fn every_route_lets_in_whom_it_should_and_nobody_else() {
    // Wrong keys come quicker here than from any honest caller.
    let settings = [("SDK_KEY", SDK_KEY), ("CLIENT_KEY", CLIENT_KEY), ("AUTH_FAILURE_RATE", "off")];
    let server = Server::start_with(&settings);
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let callers = callers(&server);
    let mut asked = 0;
    for route in ROUTES {
        let needed = documented(&document, route.method, route.path);
        assert_eq!(needed, route.access, "{} {}", route.method, route.path);
        for caller in &callers {
            asked += 1;
            let place = format!("{} {} with {}", route.method, route.path, caller.what);
            // What the route needs to succeed is there before each request.
            server.request("POST", "/api/flags", r#"{"key":"a"}"#);
            let named = format!("key-{asked}");
            if route.path.contains("{name}") {
                let body = format!(r#"{{"name":"{named}","kind":"client"}}"#);
                assert_eq!(server.request("POST", "/api/keys", &body).status, 201);
            }
            let path = route.path.replace("{key}", "a").replace("{name}", &named);
            let body = match (route.method, route.path) {
                ("POST", "/api/flags") => r#"{"key":"a"}"#.to_owned(),
                ("PATCH", _) => r#"{"is_enabled":true}"#.to_owned(),
                ("POST", "/api/evaluate") => r#"{"flag_key":"a","user_key":"u"}"#.to_owned(),
                ("POST", "/api/keys") => format!(r#"{{"name":"made-{asked}","kind":"client"}}"#),
                _ => String::new(),
            };
            let expected = match caller.access {
                _ if needed == Access::Public => 200..=299,
                None => 401..=401,
                Some(access) if access < needed => 403..=403,
                Some(_) => 200..=299,
            };
            let bearer = caller.key.as_ref().map(|key| format!("Bearer {key}"));
            let status_with = status(&server, route.method, &path, bearer.as_deref(), &body);
            assert!(expected.contains(&status_with), "{place}: {status_with}");
            if let Some(key) = &caller.key {
                // In the query a key counts for the stream alone.
                let in_query = status(&server, route.method, &format!("{path}?sdk_key={key}"), None, "");
                let expected = match route.path {
                    "/stream" => expected,
                    _ if needed == Access::Public => 200..=299,
                    _ => 401..=401,
                };
                assert!(expected.contains(&in_query), "{place}, in the query: {in_query}");
            }
        }
    }
    assert!(asked > 400, "{asked} requests are too few");
}
