//! The database away, come back, or put back to an older state, under running servers and at their start.

use crate::instances::{Follower, WITHOUT_HINTS, converged, id, instance, put, readiness, try_put};
use crate::services::{PASSWORD, Postgres, PostgresOptions};
use crate::support::{DEADLINE, Folder, Server, eventually, exchange, run_to_end};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A write that a server cannot carry out now is answered so, within the time that a database is given.
fn assert_refused(server: &Server) {
    let start = Instant::now();
    for (method, path, body) in [
        ("POST", "/api/flags", r#"{"key":"refused"}"#),
        ("PATCH", "/api/flags/a", r#"{"is_enabled":true}"#),
        ("DELETE", "/api/flags/a", ""),
    ] {
        let response = server.request(method, path, body);
        assert_eq!(response.status, 503, "{method} {}", response.text());
        let seconds: u32 = response.header("retry-after").expect("Retry-After").parse().unwrap();
        assert!((1..=60).contains(&seconds));
        assert_eq!(response.json()["status"], 503);
        assert!(response.json()["detail"].as_str().unwrap().contains("database"), "{}", response.text());
        assert!(!response.text().contains("127.0.0.1"), "what storage says is not for callers: {}", response.text());
    }
    assert!(start.elapsed() < Duration::from_secs(36), "{:?}", start.elapsed());
}

/// Everything that needs no database is answered as before.
fn assert_serves(server: &Server, listing: &str) {
    let start = Instant::now();
    assert_eq!(server.request("GET", "/api/flags", "").text(), listing);
    assert_eq!(server.request("GET", "/api/flags/a", "").status, 200);
    assert_eq!(server.request("GET", "/api/flags/none", "").status, 404);
    let answer = server.request("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":"u"}"#);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(server.request("GET", "/healthz", "").status, 200);
    let late = Follower::of(server);
    assert_eq!(late.model.listing(), listing);
    let mut resumed = server.stream(Some(&late.model.last_event_id()));
    assert_eq!(resumed.next().unwrap().kind, "resumed");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn while_the_database_is_away_servers_go_on_with_what_they_know() {
    let mut postgres = Postgres::start();
    let url = postgres.url();
    let servers = [instance(&url, &[]), instance(&url, &[])];
    put(&servers[0], "a", "first");
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    let (listing, before) = converged(&[&servers[0], &servers[1]]);
    for (round, is_killed) in [false, true].into_iter().enumerate() {
        let listing = if round == 0 { listing.clone() } else { converged(&[&servers[0], &servers[1]]).0 };
        if is_killed {
            postgres.kill()
        } else {
            postgres.stop_immediate()
        }
        for server in &servers {
            eventually("it is noticed", || readiness(server).0 == 503);
            let (_, reason) = readiness(server);
            assert!(reason.contains("the database is away"), "{reason}");
            assert_serves(server, &listing);
            assert_refused(server);
            assert_eq!(server.request("GET", "/api/history", "").status, 503);
            assert_eq!(server.metric("sidekick_storage_up"), 0.0);
            assert!(server.metric(r#"sidekick_storage_errors_total{operation="write"}"#) > 0.0);
        }
        postgres.start_again();
        let start = Instant::now();
        let (_, id) = converged(&[&servers[0], &servers[1]]);
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        assert_eq!((id.epoch, id.revision.get()), (before.epoch.clone(), round as u64 + 1), "the same history");
        let revision = put(&servers[1], "a", &format!("after {round}"));
        for (follower, server) in followers.iter_mut().zip(&servers) {
            assert!(follower.wait_for(revision) < WITHOUT_HINTS);
            follower.assert_agrees_with(server, revision);
            assert_eq!(server.metric("sidekick_storage_up"), 1.0);
        }
    }
    for (follower, server) in followers.iter().zip(&servers) {
        assert_eq!(follower.model.replays, 1, "the streams never broke and went on where they were");
        assert!(!server.log().contains(PASSWORD) && !server.log().contains("cr%40t"), "{}", server.log());
    }
}

#[test]
fn a_database_that_stands_still_holds_no_reader_up() {
    let postgres = Postgres::start();
    let url = postgres.url();
    let servers = [instance(&url, &[]), instance(&url, &[])];
    put(&servers[0], "a", "first");
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    let (listing, _) = converged(&[&servers[0], &servers[1]]);
    postgres.pause();
    assert_serves(&servers[0], &listing);
    let start = Instant::now();
    let refused = try_put(&servers[0], "b", "hangs");
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    assert!(start.elapsed() < Duration::from_secs(12), "{:?}", start.elapsed());
    for server in &servers {
        eventually("it is noticed", || readiness(server).0 == 503);
        assert_serves(server, &listing);
    }
    postgres.resume();
    let (_, id) = converged(&[&servers[0], &servers[1]]);
    assert!(id.revision.get() <= 2, "the write that got no answer may have happened, once");
    let revision = put(&servers[1], "a", "after");
    assert_eq!(revision, id.revision.get() + 1);
    for (follower, server) in followers.iter_mut().zip(&servers) {
        follower.wait_for(revision);
        follower.assert_agrees_with(server, revision);
        assert_eq!(follower.model.replays, 1);
    }
}

#[test]
fn a_server_that_starts_while_the_database_is_away_waits_for_it() {
    for stands_still in [false, true] {
        let mut postgres = Postgres::start();
        if stands_still {
            postgres.pause()
        } else {
            postgres.stop_immediate()
        }
        let start = Instant::now();
        let server = instance(&postgres.url(), &[]);
        assert_eq!(server.request("GET", "/healthz", "").status, 200);
        assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        let (status, reason) = readiness(&server);
        assert_eq!(status, 503);
        assert!(reason.contains("not loaded") && reason.contains("database"), "{reason}");
        for (method, path, body) in [
            ("GET", "/stream", ""),
            ("GET", "/api/flags", ""),
            ("GET", "/api/flags/a", ""),
            ("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":"u"}"#),
            ("POST", "/api/flags", r#"{"key":"a"}"#),
        ] {
            let response = exchange(
                TcpStream::connect(server.address).unwrap(),
                method,
                path,
                &[("Content-Type", "application/json")],
                body.as_bytes(),
            );
            assert_eq!(response.status, 503, "{method} {path}");
            assert!(response.header("retry-after").is_some(), "{method} {path}");
        }
        assert_eq!(server.request("GET", "/metrics", "").status, 200);
        if stands_still {
            postgres.resume()
        } else {
            postgres.start_again()
        }
        let start = Instant::now();
        eventually("it is ready", || readiness(&server).0 == 200);
        assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
        let mut follower = Follower::of(&server);
        let revision = put(&server, "a", "");
        follower.wait_for(revision);
        follower.assert_agrees_with(&server, revision);
    }
}

#[test]
fn connections_that_the_database_ends_are_made_anew() {
    let postgres = Postgres::shared();
    let url = postgres.database("ended");
    let servers = [instance(&url, &[]), instance(&url, &[])];
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    let mut last = 0;
    for round in 0..8 {
        postgres.terminate_backends(&url);
        eventually("a write is carried out", || match try_put(&servers[round % 2], "a", &format!("{round}")) {
            response if response.status == 503 => false,
            response => {
                last = response.json()["revision"].as_u64().unwrap();
                true
            }
        });
        for follower in &mut followers {
            assert!(follower.wait_for(last) < WITHOUT_HINTS + Duration::from_secs(1));
        }
    }
    for (follower, server) in followers.iter().zip(&servers) {
        follower.assert_agrees_with(server, last);
        assert_eq!(follower.model.replays, 1);
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_at_the_start() {
    let postgres = Postgres::shared();
    let url = postgres.database("newer_binary");
    put(&instance(&url, &[]), "a", "");
    postgres.sql(&url, "UPDATE sidekick_schema SET version = 7");
    let ended = run_to_end(&Folder::new(), &[], &[("DATABASE_URL", &url)]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.errors.contains("schema version 7") && ended.errors.contains("works with 3 at most"),
        "{}",
        ended.errors
    );
}

/// Three writes, what a backup makes of them, and two more that it does not have.
fn before_and_after_a_backup<T>(server: &Server, backup: impl FnOnce() -> T) -> (String, T) {
    for key in ["a", "b", "c"] {
        put(server, key, "in the backup");
    }
    let listing = server.request("GET", "/api/flags", "").text().to_owned();
    let backup = backup();
    put(server, "a", "lost");
    put(server, "d", "lost");
    (listing, backup)
}

/// All instances and their streams end at the state of the backup, as another history, and go on from there.
fn assert_restored(servers: &[&Server], followers: &mut [Follower], lost_epoch: &str, listing: &str) {
    eventually("the older state is found", || servers.iter().all(|server| id(server).epoch.as_str() != lost_epoch));
    let (restored, restored_id) = converged(servers);
    assert_eq!((restored.as_str(), restored_id.revision.get()), (listing, 3));
    for (follower, server) in followers.iter_mut().zip(servers) {
        follower.wait_until(|model| model.last_event_id() == restored_id.to_string());
        follower.assert_agrees_with(server, 3);
        let stale = format!("{lost_epoch}:5");
        assert_eq!(server.stream(Some(&stale)).next().unwrap().kind, "connected", "nothing of it can be resumed");
    }
    for (number, server) in servers.iter().enumerate() {
        let revision = put(server, "e", "after");
        assert_eq!(revision, 4 + number as u64);
        for follower in &mut *followers {
            follower.wait_for(revision);
        }
    }
    for (follower, server) in followers.iter().zip(servers) {
        follower.assert_agrees_with(server, 3 + servers.len() as u64);
    }
}

#[test]
fn a_dump_that_is_restored_under_running_servers_reaches_every_stream() {
    let postgres = Postgres::shared();
    let url = postgres.database("restore");
    let servers = [instance(&url, &[]), instance(&url, &[])];
    let (listing, dump) = before_and_after_a_backup(&servers[0], || postgres.dump(&url));
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    let (_, lost) = converged(&[&servers[0], &servers[1]]);
    followers[1].wait_for(5);
    postgres.restore(&url, &dump);
    assert_restored(&[&servers[0], &servers[1]], &mut followers, lost.epoch.as_str(), &listing);
}

#[test]
fn older_rows_that_are_put_in_place_under_running_servers_reach_every_stream() {
    let postgres = Postgres::shared();
    let url = postgres.database("older_rows");
    let servers = [instance(&url, &[]), instance(&url, &[])];
    let tables = ["sidekick_store", "sidekick_flags", "sidekick_flag_changes"];
    let (listing, ()) = before_and_after_a_backup(&servers[0], || {
        for table in tables {
            postgres.sql(&url, &format!("CREATE TABLE saved_{table} AS SELECT * FROM {table}"));
        }
    });
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    let (_, lost) = converged(&[&servers[0], &servers[1]]);
    followers[1].wait_for(5);
    let back = tables.map(|table| format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved_{table};"));
    postgres.sql(&url, &format!("BEGIN; {} COMMIT", back.concat()));
    assert_restored(&[&servers[0], &servers[1]], &mut followers, lost.epoch.as_str(), &listing);
    eventually("one of them says so", || {
        servers.iter().any(|server| server.log().contains("put back to an older state"))
    });
}

#[test]
fn an_instance_at_rest_asks_twice_a_second_at_most() {
    const SECONDS: u32 = 5;
    let settings = vec![("log_statement", "all"), ("log_line_prefix", "%a ")];
    let postgres = Postgres::start_with(PostgresOptions { settings, ..PostgresOptions::default() });
    let servers = [instance(&postgres.url(), &[]), instance(&postgres.url(), &[])];
    converged(&[&servers[0], &servers[1]]);
    let queries = || postgres.log().lines().filter(|line| line.starts_with("sidekick LOG:")).count();
    let (start, before) = (Instant::now(), queries());
    assert!(before > 0, "queries are logged: {}", postgres.log());
    while start.elapsed() < Duration::from_secs(SECONDS.into()) {
        assert!(start.elapsed() < DEADLINE);
        std::thread::sleep(Duration::from_millis(100));
    }
    let asked = queries() - before;
    println!("{asked} queries of 2 instances in {SECONDS} s");
    assert!(asked <= 2 * 2 * SECONDS as usize && asked >= SECONDS as usize, "{asked}\n{}", postgres.log());
}
