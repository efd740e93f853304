//! Named keys on a running server: made, listed, rotated and ended by the API and by the command line.

use crate::support::{DEADLINE, EventStream, Folder, Response, Server, eventually, exchange, run_to_end};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ROOT: &str = "root-of-the-environment";
/// A stream ends within this time after its key did.
const SOON: Duration = Duration::from_secs(5);

fn start() -> Server {
    Server::start_with(&[("SDK_KEY", ROOT)])
}

/// Runs `server keys …` on the database of the server; the secret or the list, and the remarks.
fn command(server: &Server, words: &str) -> (String, String) {
    let words: Vec<&str> = ["keys"].into_iter().chain(words.split(' ')).collect();
    let ended = run_to_end(&server.folder, &words, &[]);
    assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.errors);
    (ended.output.trim_end().to_owned(), ended.errors)
}

/// A request with a key of one's own.
fn ask(server: &Server, key: &str, method: &str, path: &str, body: &str) -> Response {
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    exchange(server.connect(), method, path, &headers, body.as_bytes())
}

fn status(server: &Server, key: &str) -> u16 {
    ask(server, key, "GET", "/api/session", "").status
}

/// Why a key is refused.
fn refusal(server: &Server, key: &str) -> String {
    let answer = ask(server, key, "GET", "/api/session", "");
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")), "{}", answer.text());
    answer.json()["detail"].as_str().unwrap().to_owned()
}

/// A stream, opened with a key, after its replay.
fn stream(server: &Server, key: &str) -> EventStream {
    let mut stream = EventStream::open(server.connect(), &format!("/stream?sdk_key={key}"), &[]);
    stream.read_replay();
    stream
}

/// Reads a stream to its end, and tells how long that took.
fn time_to_end(stream: &mut EventStream) -> Duration {
    let start = Instant::now();
    while let Some(event) = stream.next() {
        assert_eq!(event.kind, "heartbeat");
        assert!(start.elapsed() < DEADLINE, "the stream goes on");
    }
    start.elapsed()
}

/// Creates a key by the API; its secret.
fn create(server: &Server, body: &Value) -> String {
    let answer = server.request("POST", "/api/keys", &body.to_string());
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["secret"].as_str().unwrap().to_owned()
}

#[test]
fn the_api_makes_shows_once_and_lists_a_key() {
    let server = start();
    let body = r#"{"name":"web.shop","kind":"client","expires_at":"2999-01-01T00:00:00Z"}"#;
    let answer = server.request("POST", "/api/keys", body);
    assert_eq!((answer.status, answer.header("location")), (201, Some("/api/keys/web.shop")));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut created = answer.json();
    let secret = created["secret"].as_str().unwrap().to_owned();
    let digits = secret.strip_prefix("sk_client_").unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{secret}");
    created.as_object_mut().unwrap().remove("secret");
    let listing = server.request("GET", "/api/keys", "");
    assert_eq!(listing.json(), json!([created]));
    assert!(!listing.text().contains(digits));
    let actor = server.request("GET", "/api/session", "").json()["actor"].clone();
    assert_eq!(
        (&created["kind"], &created["state"], &created["created_by"]),
        (&json!("client"), &json!("active"), &actor)
    );
    assert_eq!(created["expires_at"], "2999-01-01T00:00:00.000Z");
    let session = ask(&server, &secret, "GET", "/api/session", "").json();
    let expected = json!({
        "authentication": true, "access": "read", "actor": "web.shop", "kind": "client",
        "expires_at": "2999-01-01T00:00:00.000Z", "version": env!("CARGO_PKG_VERSION"), "client_visible_default": true,
    });
    assert_eq!(session, expected);
    let used = server.request("GET", "/api/keys", "").json();
    assert!(used[0]["last_used_at"].is_string(), "{used}");
    assert_eq!(stream(&server, &secret).retry(), None);
}

#[test]
fn what_cannot_be_a_key_is_refused_with_a_reason() {
    let server = start();
    create(&server, &json!({"name": "web", "kind": "client"}));
    create(&server, &json!({"name": "gone", "kind": "client"}));
    assert_eq!(server.request("DELETE", "/api/keys/gone", "").status, 204);
    for (method, path, body, status, word) in [
        ("POST", "/api/keys", "{", 400, "JSON"),
        ("POST", "/api/keys", r#"{"name":"a"}"#, 400, "kind"),
        ("POST", "/api/keys", r#"{"name":"a b","kind":"client"}"#, 400, "1 to 64"),
        ("POST", "/api/keys", r#"{"name":"sdk_key:1","kind":"client"}"#, 400, "name"),
        ("POST", "/api/keys", r#"{"name":"client_key","kind":"client"}"#, 400, "environment"),
        ("POST", "/api/keys", r#"{"name":"a","kind":"root"}"#, 400, "admin, server or client"),
        ("POST", "/api/keys", r#"{"name":"a","kind":"client","expires_at":"soon"}"#, 400, "RFC 3339"),
        ("POST", "/api/keys", r#"{"name":"a","kind":"client","expires_at":"2001-01-01T00:00:00Z"}"#, 422, "later"),
        ("POST", "/api/keys", r#"{"name":"a","kind":"client","secret":"mine"}"#, 400, "secret"),
        ("POST", "/api/keys", r#"{"name":"web","kind":"client"}"#, 409, "another name"),
        ("POST", "/api/keys", r#"{"name":"gone","kind":"client"}"#, 409, "another name"),
        ("POST", "/api/keys/web/rotate", r#"{"overlap_seconds":-1}"#, 400, "overlap_seconds"),
        ("POST", "/api/keys/web/rotate", r#"{"overlap_seconds":7776001}"#, 400, "7776000"),
        ("POST", "/api/keys/none/rotate", "", 404, "no such key"),
        ("POST", "/api/keys/gone/rotate", "", 409, "revoked"),
        ("DELETE", "/api/keys/none", "", 404, "no such key"),
        ("DELETE", "/api/keys/a%20b", "", 400, "1 to 64"),
    ] {
        let answer = server.request(method, path, body);
        assert_eq!(answer.status, status, "{method} {path} {body}: {}", answer.text());
        let detail = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(word), "{method} {path} {body}: {detail}");
    }
    assert_eq!(server.request("GET", "/api/keys", "").json().as_array().unwrap().len(), 2);
}

#[test]
fn the_history_and_the_log_call_a_key_by_its_name() {
    let mut server = start();
    let secret = create(&server, &json!({"name": "deploy-bot", "kind": "admin"}));
    assert_eq!(ask(&server, &secret, "POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    assert_eq!(server.request("GET", "/api/history", "").json()[0]["actor"], "deploy-bot");
    let web = ask(&server, &secret, "POST", "/api/keys", r#"{"name":"web","kind":"client"}"#).json();
    let web_secret = web["secret"].as_str().unwrap();
    ask(&server, &secret, "POST", "/api/keys/web/rotate", "");
    ask(&server, &secret, "DELETE", "/api/keys/web", "");
    server.terminate();
    server.wait();
    let log = server.log();
    let told = |what: &str, parts: &[&str]| {
        let is_it = |line: &&str| line.contains(what) && parts.iter().all(|part| line.contains(part));
        assert_eq!(log.lines().filter(is_it).count(), 1, "{what}: {log}");
    };
    told("key created", &["deploy-bot", "admin", "sdk_key:"]);
    told("key created", &["web", "client", "by=\"deploy-bot\""]);
    told("key rotated", &["web", "by=\"deploy-bot\""]);
    told("key revoked", &["web", "by=\"deploy-bot\""]);
    assert!(!log.contains(&secret) && !log.contains(web_secret), "{log}");
}

#[test]
fn a_revoked_key_ends_its_streams_and_no_others() {
    let server = start();
    let [web, app] = ["web", "app"].map(|name| create(&server, &json!({"name": name, "kind": "client"})));
    let (mut of_web, mut also_of_web, mut of_app) =
        (stream(&server, &web), stream(&server, &web), stream(&server, &app));
    assert_eq!(server.request("DELETE", "/api/keys/web", "").status, 204);
    assert!(refusal(&server, &web).contains("revoked at 2"));
    assert!(time_to_end(&mut of_web) + time_to_end(&mut also_of_web) < SOON);
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    assert_eq!(of_app.next_but_heartbeats().unwrap().json()["flag"]["key"], "a", "the other one goes on");
    eventually("two streams less", || server.metric("sidekick_streams_connected") == 1.0);
}

#[test]
fn a_rotated_secret_ends_after_its_overlap() {
    let server = start();
    let old = create(&server, &json!({"name": "web", "kind": "client"}));
    let rotate = |body: &str| {
        let answer = server.request("POST", "/api/keys/web/rotate", body);
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{}", answer.text());
        answer.json()
    };
    let day = rotate("");
    let newer = day["secret"].as_str().unwrap();
    assert_eq!((status(&server, &old), status(&server, newer)), (200, 200));
    assert_eq!(day["previous"].as_array().unwrap().len(), 1, "the old one goes on for a day");
    let mut of_old = stream(&server, &old);
    let mut of_newer = stream(&server, newer);
    let start = Instant::now();
    let short = rotate(r#"{"overlap_seconds":1}"#);
    let newest = short["secret"].as_str().unwrap();
    assert_eq!(short["previous"].as_array().unwrap().len(), 2);
    time_to_end(&mut of_old);
    time_to_end(&mut of_newer);
    assert!(start.elapsed() > Duration::from_secs(1), "not before the overlap is over");
    assert!(start.elapsed() < Duration::from_secs(1) + SOON);
    assert!(refusal(&server, &old).contains("replaced by a rotation"));
    assert!(refusal(&server, newer).contains("replaced by a rotation"));
    let mut of_newest = stream(&server, newest);
    let at_once = rotate(r#"{"overlap_seconds":0}"#);
    assert!(refusal(&server, newest).contains("replaced by a rotation"));
    assert!(time_to_end(&mut of_newest) < SOON);
    assert_eq!(at_once["previous"], json!([]));
    assert_eq!(status(&server, at_once["secret"].as_str().unwrap()), 200);
}

#[test]
fn an_expired_key_ends_its_streams_and_is_called_so() {
    let server = start();
    let (secret, remarks) = command(&server, "create job --kind server --expires 3s");
    assert!(remarks.contains("server key job") && remarks.contains("expires at"), "{remarks}");
    eventually("the key is known", || status(&server, &secret) == 200);
    let mut open = stream(&server, &secret);
    assert!(time_to_end(&mut open) < Duration::from_secs(3) + SOON);
    assert!(refusal(&server, &secret).contains("expired at 2"));
    let (renewed, _) = command(&server, "rotate job --expires never");
    eventually("the renewed key is known", || status(&server, &renewed) == 200);
}

#[test]
fn the_command_line_works_while_the_server_runs() {
    let mut server = start();
    server.request("POST", "/api/flags", r#"{"key":"a"}"#);
    let revision = server.request("GET", "/api/flags", "").header("etag").unwrap().to_owned();
    let (secret, remarks) = command(&server, "create web --kind client");
    assert!(secret.starts_with("sk_client_") && !remarks.contains(&secret), "{remarks}");
    assert!(remarks.contains("no admin key"), "{remarks}");
    eventually("the key is known", || status(&server, &secret) == 200);
    let mut open = stream(&server, &secret);
    // Writes of the server and of the command at once.
    for number in 0..20 {
        let flag = json!({"key": "a", "rollout_percentage": number});
        assert_eq!(server.request("POST", "/api/flags", &flag.to_string()).status, 200);
        if number % 5 == 0 {
            command(&server, &format!("create extra-{number} --kind server"));
        }
        assert_eq!(open.next_but_heartbeats().unwrap().json()["flag"]["rollout_percentage"], number);
    }
    let (list, _) = command(&server, "list");
    assert_eq!(list.lines().count(), 6, "{list}");
    assert!(list.lines().any(|line| line.starts_with("web ") && line.contains("active")), "{list}");
    let start = Instant::now();
    command(&server, "revoke web");
    time_to_end(&mut open);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    assert!(refusal(&server, &secret).contains("revoked"));
    eventually("the log says who did it", || {
        server.log().lines().any(|line| line.contains("key revoked") && line.contains("by=\"cli\""))
    });
    assert_ne!(server.request("GET", "/api/flags", "").header("etag"), Some(revision.as_str()));
    server.kill_and_restart();
    assert!(refusal(&server, &secret).contains("revoked"), "it is known again at once");
    assert_eq!(server.request("GET", "/api/history", "").json().as_array().unwrap().len(), 21, "keys make no revision");
}

#[test]
fn the_first_admin_key_switches_authentication_on_and_nothing_switches_it_off() {
    let mut server = Server::start();
    let session = |server: &Server| exchange(server.connect(), "GET", "/api/session", &[], &[]);
    assert_eq!(session(&server).json()["authentication"], false);
    let mut anonymous = server.stream(None);
    anonymous.read_replay();
    let (root, remarks) = command(&server, "create root --kind admin");
    assert!(!remarks.contains("no admin key"), "{remarks}");
    assert!(time_to_end(&mut anonymous) < SOON, "nobody stays in without a key");
    assert_eq!((session(&server).status, status(&server, &root)), (401, 200));
    let last = ask(&server, &root, "DELETE", "/api/keys/root", "");
    assert_eq!(last.status, 409);
    assert!(last.json()["detail"].as_str().unwrap().contains("last admin key"), "{}", last.text());
    let (_, remarks) = command(&server, "revoke root");
    assert!(remarks.contains("No admin key is left"), "{remarks}");
    eventually("it is revoked", || status(&server, &root) == 401);
    server.kill_and_restart();
    assert_eq!(session(&server).status, 401, "the end of the last key opens nothing");
    let (second, _) = command(&server, "create second --kind admin");
    eventually("there is a way back in", || status(&server, &second) == 200);
}

#[test]
fn with_a_key_of_the_environment_the_last_stored_admin_key_may_go() {
    let server = start();
    let secret = create(&server, &json!({"name": "root", "kind": "admin"}));
    assert_eq!(ask(&server, &secret, "DELETE", "/api/keys/root", "").status, 204);
    assert!(refusal(&server, &secret).contains("revoked"));
    assert_eq!(server.request("GET", "/api/flags", "").status, 200);
}

#[test]
fn the_last_use_of_a_key_outlives_the_server() {
    let mut server = start();
    let (secret, _) = command(&server, "create web --kind client");
    command(&server, "create idle --kind client");
    eventually("the key is known", || status(&server, &secret) == 200);
    server.terminate();
    assert!(server.wait().success());
    let (list, _) = command(&server, "list");
    let last_used = |name: &str| {
        let line = list.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().to_owned()
    };
    assert!(last_used("web").ends_with('Z'), "{list}");
    assert_eq!(last_used("idle"), "never", "{list}");
}

#[test]
fn keys_are_made_before_the_first_start_too() {
    let folder = Folder::new();
    let ended = run_to_end(&folder, &["keys", "create", "root", "--kind", "admin"], &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(ended.output.starts_with("sk_admin_"), "{}", ended.output);
    let path = folder.join("sidekick.db");
    let server = Server::start_with(&[("DATABASE_URL", &format!("sqlite:{}", path.display()))]);
    assert_eq!(exchange(server.connect(), "GET", "/api/flags", &[], &[]).status, 401);
    assert_eq!(status(&server, ended.output.trim_end()), 200);
}

#[test]
fn a_command_that_cannot_be_says_so_and_changes_nothing() {
    let server = start();
    let run = |words: &str| {
        let words: Vec<&str> = ["keys"].into_iter().chain(words.split(' ')).collect();
        run_to_end(&server.folder, &words, &[])
    };
    command(&server, "create web --kind client");
    let before = server.request("GET", "/api/keys", "").text().to_owned();
    for (words, code, problem) in [
        ("create web --kind client", 1, "another key of this name"),
        ("create new --kind client --expires 2001-01-01T00:00:00Z", 1, "expired"),
        ("rotate none", 1, "no such key"),
        ("revoke none", 1, "no such key"),
        ("create new", 2, "--kind"),
        ("make new", 2, "create, list, rotate or revoke"),
    ] {
        let ended = run(words);
        assert_eq!((ended.code, ended.output.as_str()), (Some(code), ""), "{words}: {}", ended.errors);
        assert!(ended.errors.contains(problem), "{words}: {}", ended.errors);
    }
    assert_eq!(server.request("GET", "/api/keys", "").text(), before);
}
