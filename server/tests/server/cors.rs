//! Cross-origin calls: which pages of other sites may read and write, by default and with `ALLOWED_ORIGINS`.

use crate::support::{EventStream, Response, Server};

const PAGE: &str = "https://app.example.com";

fn from(server: &Server, origin: Option<&str>, method: &str, path: &str, body: &str) -> Response {
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(origin.map(|origin| ("Origin", origin)));
    server.request_with(method, path, &headers, body.as_bytes())
}

/// What a browser asks before a call that is not simple. It sends no key with it.
fn preflight(server: &Server, origin: &str, method: &str, path: &str) -> Response {
    let headers = [
        ("Origin", origin),
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", "authorization,content-type"),
        ("Authorization", ""),
    ];
    let answer = server.request_with("OPTIONS", path, &headers, b"");
    assert_eq!((answer.status, answer.text()), (204, ""), "{method} {path}");
    answer
}

fn allowed_origin(answer: &Response) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

fn lists(answer: &Response, header: &str, item: &str) -> bool {
    let lists = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(header));
    lists.flat_map(|(_, list)| list.split(", ")).any(|listed| listed.eq_ignore_ascii_case(item))
}

#[test]
fn by_default_any_page_may_read() {
    let server = Server::start_with(&[("SDK_KEY", "full")]);
    from(&server, None, "POST", "/api/flags", r#"{"key":"a"}"#);
    for path in ["/api/flags", "/api/flags/a", "/api/flags/missing", "/api/history", "/healthz"] {
        for method in ["GET", "HEAD"] {
            let answer = from(&server, Some(PAGE), method, path, "");
            assert_eq!(allowed_origin(&answer), Some("*"), "{method} {path}");
            assert!(lists(&answer, "access-control-expose-headers", "etag"));
        }
        let asked = preflight(&server, PAGE, "GET", path);
        assert_eq!(allowed_origin(&asked), Some("*"));
        assert!(lists(&asked, "access-control-allow-methods", "GET"));
        assert!(lists(&asked, "access-control-allow-headers", "authorization"));
        assert!(lists(&asked, "access-control-allow-headers", "if-none-match"));
        assert!(asked.header("access-control-max-age").unwrap().parse::<u32>().unwrap() > 0);
    }
    let headers = [("Origin", PAGE), ("Authorization", "Bearer full")];
    let stream = EventStream::open(server.connect(), "/stream", &headers);
    let allowed = stream.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("access-control-allow-origin"));
    assert_eq!(allowed.map(|(_, value)| value.as_str()), Some("*"));
    assert!(lists(&preflight(&server, PAGE, "GET", "/stream"), "access-control-allow-headers", "last-event-id"));

    let unknown_key = server.request_with("GET", "/api/flags", &[("Origin", PAGE), ("Authorization", "Bearer x")], b"");
    assert_eq!((unknown_key.status, allowed_origin(&unknown_key)), (401, Some("*")), "a page can read why not");
}

#[test]
fn by_default_no_page_may_write() {
    let server = Server::start_with(&[("SDK_KEY", "full")]);
    for (method, path) in [
        ("POST", "/api/flags"),
        ("PATCH", "/api/flags/a"),
        ("DELETE", "/api/flags/a"),
        ("POST", "/api/evaluate"),
        ("PUT", "/api/flags/a"),
        ("not a method", "/api/flags"),
    ] {
        let asked = preflight(&server, PAGE, method, path);
        assert_eq!(allowed_origin(&asked), None, "{method} {path}");
        assert_eq!(asked.header("access-control-allow-methods"), None);
    }
    assert!(!lists(&preflight(&server, PAGE, "GET", "/api/flags"), "access-control-allow-methods", "POST"));
    assert_eq!(allowed_origin(&from(&server, Some(PAGE), "POST", "/api/flags", r#"{"key":"a"}"#)), None);
}

#[test]
fn no_answer_carries_credentials_of_a_browser() {
    let server = Server::start_with(&[("SDK_KEY", "full"), ("ALLOWED_ORIGINS", PAGE)]);
    for answer in [preflight(&server, PAGE, "POST", "/api/flags"), from(&server, Some(PAGE), "GET", "/api/flags", "")] {
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

#[test]
fn listed_pages_may_do_everything_and_others_nothing() {
    let server =
        Server::start_with(&[("SDK_KEY", "full"), ("ALLOWED_ORIGINS", &format!("{PAGE}, http://localhost:5173"))]);
    for page in [PAGE, "http://localhost:5173"] {
        for (method, path, body, status) in [
            ("POST", "/api/flags", r#"{"key":"a"}"#, 201),
            ("GET", "/api/flags", "", 200),
            ("PATCH", "/api/flags/a", r#"{"is_enabled":true}"#, 200),
            ("DELETE", "/api/flags/a", "", 204),
        ] {
            let asked = preflight(&server, page, method, path);
            assert_eq!(allowed_origin(&asked), Some(page));
            assert!(lists(&asked, "access-control-allow-methods", method), "{method} {path}");
            assert!(lists(&asked, "access-control-allow-headers", "if-match"));
            let answer = from(&server, Some(page), method, path, body);
            assert_eq!((answer.status, allowed_origin(&answer)), (status, Some(page)), "{method} {path}");
        }
        let headers = [("Origin", page), ("Authorization", "Bearer full")];
        let stream = EventStream::open(server.connect(), "/stream", &headers);
        let named = |wanted: &str| stream.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        assert_eq!(named("access-control-allow-origin").unwrap().1, page);
        assert!(named("vary").unwrap().1.eq_ignore_ascii_case("origin"));
    }
    for other in [
        "https://evil.example.com",
        "https://app.example.com.evil.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://APP.example.com/",
        "null",
        "*",
        "",
    ] {
        assert_eq!(allowed_origin(&preflight(&server, other, "GET", "/api/flags")), None, "{other}");
        assert_eq!(allowed_origin(&preflight(&server, other, "POST", "/api/flags")), None, "{other}");
        assert_eq!(allowed_origin(&from(&server, Some(other), "GET", "/api/flags", "")), None, "{other}");
    }
}

#[test]
fn answers_that_depend_on_the_origin_say_so() {
    let server = Server::start_with(&[("ALLOWED_ORIGINS", PAGE)]);
    let tag = server.request("GET", "/api/flags", "").header("etag").unwrap().to_owned();
    for origin in [None, Some(PAGE), Some("https://evil.example.com")] {
        for (method, path) in
            [("GET", "/api/flags"), ("GET", "/api/flags/missing"), ("POST", "/api/flags"), ("GET", "/")]
        {
            let answer = from(&server, origin, method, path, "");
            assert!(lists(&answer, "vary", "origin"), "{origin:?} {method} {path}");
        }
        let mut headers = vec![("If-None-Match", tag.as_str())];
        headers.extend(origin.map(|origin| ("Origin", origin)));
        let unchanged = server.request_with("GET", "/api/flags", &headers, b"");
        assert_eq!(unchanged.status, 304);
        assert!(lists(&unchanged, "vary", "origin"), "{origin:?} 304");
    }
    assert!(lists(&preflight(&server, PAGE, "GET", "/api/flags"), "vary", "origin"));
}
