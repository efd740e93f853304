//! Named keys over several servers: what one is told, all enforce, with Redis and without, and while the database is
//! away.

use crate::instances::{instance, put, readiness, wait_for_redis};
use crate::services::{Postgres, Redis};
use crate::support::{EventStream, Folder, Response, Server, eventually, exchange, run_to_end};
use std::path::Path;
use std::time::{Duration, Instant};

const ROOT: &str = "root-of-the-environment";
/// Every stream of a key ends within this time after the key did.
const SOON: Duration = Duration::from_secs(5);

fn ask(server: &Server, key: &str, method: &str, path: &str, body: &str) -> Response {
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    exchange(server.connect(), method, path, &headers, body.as_bytes())
}

fn status(server: &Server, key: &str) -> u16 {
    ask(server, key, "GET", "/api/session", "").status
}

/// Makes a key by a server; its secret.
fn create(server: &Server, name: &str, kind: &str) -> String {
    let answer = server.request("POST", "/api/keys", &format!(r#"{{"name":"{name}","kind":"{kind}"}}"#));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["secret"].as_str().unwrap().to_owned()
}

fn stream(server: &Server, key: &str) -> EventStream {
    let bearer = format!("Bearer {key}");
    let mut stream = EventStream::open(server.connect(), "/stream", &[("Authorization", &bearer)]);
    stream.read_replay();
    stream
}

fn assert_ends(mut stream: EventStream, since: Instant) {
    while let Some(event) = stream.next() {
        assert_eq!(event.kind, "heartbeat");
        assert!(since.elapsed() < SOON, "the stream goes on");
    }
    assert!(since.elapsed() < SOON, "{:?}", since.elapsed());
}

/// Runs `server keys …` on a database; what it writes.
fn command(url: &str, words: &str) -> String {
    let words: Vec<&str> = ["keys"].into_iter().chain(words.split(' ')).collect();
    let ended = run_to_end(&Folder::new(), &words, &[("DATABASE_URL", url)]);
    assert_eq!(ended.code, Some(0), "{words:?}: {}", ended.errors);
    ended.output.trim_end().to_owned()
}

fn every_instance_enforces(servers: &[Server], url: &str) {
    let [by_api, by_command, rotated, stays] = ["by-api", "by-command", "rotated", "stays"].map(|name| {
        let secret = create(&servers[0], name, "client");
        for server in servers {
            eventually("every instance knows the key", || status(server, &secret) == 200);
        }
        secret
    });
    for (name, secret) in [("by-api", &by_api), ("by-command", &by_command), ("rotated", &rotated)] {
        let open: Vec<_> = servers.iter().map(|server| stream(server, secret)).collect();
        let mut others: Vec<_> = servers.iter().map(|server| stream(server, &stays)).collect();
        let start = Instant::now();
        match name {
            "by-api" => assert_eq!(servers[1].request("DELETE", "/api/keys/by-api", "").status, 204),
            "by-command" => drop(command(url, "revoke by-command")),
            _ => drop(command(url, "rotate rotated --overlap 0")),
        }
        for stream in open {
            assert_ends(stream, start);
        }
        for server in servers {
            assert_eq!(status(server, secret), 401, "{name}");
        }
        let revision = put(&servers[0], name, "");
        for other in &mut others {
            let change = other.next_but_heartbeats().expect("streams of other keys go on");
            assert_eq!(change.json()["flag"]["revision"], revision);
        }
    }
}

#[test]
fn every_instance_ends_what_a_key_opened_without_redis() {
    let url = Postgres::shared().database("keys_alone");
    let servers = [0, 1].map(|_| instance(&url, &[("SDK_KEY", ROOT)]));
    every_instance_enforces(&servers, &url);
}

#[test]
fn every_instance_ends_what_a_key_opened_with_redis() {
    let (url, redis) = (Postgres::shared().database("keys_redis"), Redis::start());
    let servers = [0, 1].map(|_| instance(&url, &[("SDK_KEY", ROOT), ("REDIS_URL", &redis.url())]));
    wait_for_redis(&[&servers[0], &servers[1]], true);
    every_instance_enforces(&servers, &url);
}

#[test]
fn instances_that_ask_nobody_ask_all_once_an_admin_key_is_stored() {
    let url = Postgres::shared().database("keys_first");
    let servers = [0, 1].map(|_| instance(&url, &[]));
    let anonymous: Vec<_> = servers.iter().map(|server| server.stream(None)).collect();
    let start = Instant::now();
    let root = command(&url, "create root --kind admin");
    for mut stream in anonymous {
        stream.read_replay();
        assert_ends(stream, start);
    }
    for server in &servers {
        assert_eq!((server.request("GET", "/api/flags", "").status, status(server, &root)), (401, 200));
    }
}

#[test]
fn while_the_database_is_away_the_last_known_keys_go_on() {
    let mut postgres = Postgres::start();
    let url = postgres.url();
    let server = instance(&url, &[("SDK_KEY", ROOT)]);
    let [web, gone] = ["web", "gone"].map(|name| create(&server, name, "client"));
    assert_eq!(server.request("DELETE", "/api/keys/gone", "").status, 204);
    let mut open = stream(&server, &web);
    postgres.stop_immediate();
    eventually("it is noticed", || readiness(&server).0 == 503);
    assert_eq!((status(&server, &web), status(&server, &gone), status(&server, ROOT)), (200, 401, 200));
    for (method, path, body) in [
        ("GET", "/api/keys", ""),
        ("POST", "/api/keys", r#"{"name":"new","kind":"client"}"#),
        ("POST", "/api/keys/web/rotate", ""),
        ("DELETE", "/api/keys/web", ""),
    ] {
        let answer = server.request(method, path, body);
        assert_eq!(answer.status, 503, "{method} {path}: {}", answer.text());
        assert!(answer.header("retry-after").is_some());
    }
    postgres.start_again();
    eventually("it is back", || readiness(&server).0 == 200);
    put(&server, "a", "");
    assert_eq!(open.next_but_heartbeats().unwrap().json()["flag"]["key"], "a");
    let start = Instant::now();
    assert_eq!(server.request("DELETE", "/api/keys/web", "").status, 204);
    assert_ends(open, start);
}

/// The flags alone are no reason to send anybody here.
#[test]
fn a_server_that_cannot_read_the_keys_is_not_ready() {
    let postgres = Postgres::shared();
    let url = postgres.database("keys_unread");
    put(&instance(&url, &[]), "a", "");
    postgres.admin_sql_in(&url, "ALTER TABLE sidekick_keys OWNER TO postgres");
    let server = instance(&url, &[]);
    eventually("the flags are loaded", || server.metric("sidekick_flags") == 1.0);
    let (status, reason) = readiness(&server);
    assert!(status == 503 && reason.contains("keys are not loaded"), "{status} {reason}");
    assert_eq!(server.request("GET", "/api/flags", "").status, 503);
    postgres.admin_sql_in(&url, "ALTER TABLE sidekick_keys OWNER TO sidekick");
    eventually("it is ready", || readiness(&server).0 == 200);
    assert_eq!(server.request("GET", "/api/flags", "").status, 200);
}

/// A server without a key of the environment, and with a snapshot file.
fn with_snapshot(url: &str, file: &Path) -> Server {
    instance(url, &[("SNAPSHOT_PATH", file.to_str().unwrap())])
}

#[test]
fn a_server_that_starts_from_its_snapshot_knows_the_keys() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let (url, file) = (postgres.url(), folder.join("flags.json"));
    let root = command(&url, "create root --kind admin");
    let mut server = with_snapshot(&url, &file);
    assert_eq!(ask(&server, &root, "POST", "/api/flags", r#"{"key":"a"}"#).status, 201);
    let [web, gone] = ["web", "gone"].map(|name| {
        let answer = ask(&server, &root, "POST", "/api/keys", &format!(r#"{{"name":"{name}","kind":"client"}}"#));
        answer.json()["secret"].as_str().unwrap().to_owned()
    });
    assert_eq!(ask(&server, &root, "DELETE", "/api/keys/gone", "").status, 204);
    server.terminate();
    assert!(server.wait().success());
    postgres.stop_immediate();
    for entry in std::fs::read_dir(&*folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!([&root, &web, &gone].iter().all(|key| !text.contains(&***key)), "{} holds a key", path.display());
    }
    server.restart();
    assert_eq!(ask(&server, &root, "GET", "/api/flags", "").header("sidekick-stale"), Some("true"));
    assert_eq!((status(&server, &root), status(&server, &web), status(&server, &gone)), (200, 200, 401));
    assert_eq!(exchange(server.connect(), "GET", "/api/flags", &[], &[]).status, 401, "nobody comes in without one");
    let open = stream(&server, &web);
    postgres.start_again();
    eventually("it is back", || readiness(&server).0 == 200);
    let start = Instant::now();
    command(&url, "revoke web");
    assert_ends(open, start);
    drop(server);
    // Without the file of the keys nobody can tell who may come in: then nobody does.
    std::fs::remove_file(folder.join("flags.json.keys")).unwrap();
    postgres.stop_immediate();
    let blind = with_snapshot(&url, &file);
    for key in [None, Some(format!("Bearer {root}"))] {
        let headers: Vec<_> = key.iter().map(|key| ("Authorization", key.as_str())).collect();
        let answer = exchange(blind.connect(), "GET", "/api/flags", &headers, &[]);
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains("keys are not loaded"), "{}", answer.text());
    }
    postgres.start_again();
    eventually("the keys are read", || status(&blind, &root) == 200);
}

#[test]
fn of_one_name_made_on_all_instances_at_once_there_is_one() {
    let url = Postgres::shared().database("keys_race");
    let servers = [0, 1].map(|_| instance(&url, &[("SDK_KEY", ROOT)]));
    let created = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..4)
            .map(|index| {
                let server = &servers[index % 2];
                scope.spawn(move || server.request("POST", "/api/keys", r#"{"name":"one","kind":"server"}"#).status)
            })
            .collect();
        tries.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(created.iter().filter(|status| **status == 201).count() <= 1, "{created:?}");
    // A busy database may not have answered one of them in time; it may have made the key all the same.
    assert!(created.iter().all(|status| matches!(status, 201 | 409 | 503)), "{created:?}");
    let keys = servers[0].request("GET", "/api/keys", "").json();
    assert_eq!(keys.as_array().unwrap().len(), 1, "{keys}");
}
