//! Changes on their way to other instances: through Redis, past it, and through its outages.

use crate::instances::{Follower, WITHOUT_HINTS, converged, instance, put, wait_for_redis};
use crate::services::{Postgres, Redis, RedisOptions};
use crate::support::{Server, eventually};
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};

const CHANNEL: &str = "sidekick:changes";

/// A database and so many servers on it that share a Redis, which they have found.
fn on(redis: &Redis, count: usize) -> Vec<Server> {
    let url = Postgres::shared().database("redis");
    let servers: Vec<Server> = (0..count).map(|_| instance(&url, &[("REDIS_URL", &redis.url())])).collect();
    wait_for_redis(&servers.iter().collect::<Vec<_>>(), true);
    servers
}

/// Writes to one server and tells how long it took to reach each follower, from the answer on.
fn latencies(server: &Server, followers: &mut [Follower], count: usize) -> Vec<Duration> {
    let mut latencies = Vec::new();
    for number in 0..count {
        let revision = put(server, &format!("flag-{}", number % 5), &format!("latency {number}"));
        latencies.extend(followers.iter_mut().map(|follower| follower.wait_for(revision)));
    }
    latencies.sort_unstable();
    latencies
}

/// Too fast to be anything but hints, which polls once a second are not.
fn assert_fast(latencies: &[Duration]) {
    let (median, worst) = (latencies[latencies.len() / 2], latencies[latencies.len() - 1]);
    println!("median {median:?}, worst {worst:?}");
    assert!(median < Duration::from_millis(150) && worst < Duration::from_secs(1), "{median:?} {worst:?}");
}

#[test]
fn a_write_to_one_instance_reaches_the_streams_of_all_at_once() {
    let redis = Redis::start();
    let servers = on(&redis, 3);
    let mut followers: Vec<Follower> = servers.iter().map(Follower::of).collect();
    for writer in &servers {
        assert_fast(&latencies(writer, &mut followers, 15));
    }
    let (_, id) = converged(&servers.iter().collect::<Vec<_>>());
    for (follower, server) in followers.iter().zip(&servers) {
        follower.assert_agrees_with(server, id.revision.get());
        assert_eq!((follower.model.replays, follower.model.changes), (1, 45));
    }
}

#[test]
fn writes_to_all_instances_at_once_reach_all_streams_in_one_order() {
    let redis = Redis::start();
    let servers = on(&redis, 3);
    let mut followers: Vec<Follower> = servers.iter().map(Follower::of).collect();
    std::thread::scope(|scope| {
        for (writer, server) in servers.iter().enumerate() {
            scope.spawn(move || {
                for number in 0..40 {
                    put(server, &format!("flag-{}", number % 3), &format!("{writer} {number}"));
                }
            });
        }
    });
    for follower in &mut followers {
        // The model takes no revision twice and leaves none out.
        follower.wait_for(120);
    }
    let (_, id) = converged(&servers.iter().collect::<Vec<_>>());
    for (follower, server) in followers.iter().zip(&servers) {
        follower.assert_agrees_with(server, id.revision.get());
        assert_eq!((follower.model.replays, follower.model.changes), (1, 120));
    }
}

#[test]
fn a_write_is_seen_by_its_own_instance_before_it_is_answered() {
    let redis = Redis::start();
    let servers = on(&redis, 2);
    for number in 0..60 {
        let (writer, description) = (&servers[number % 2], format!("own {number}"));
        put(writer, "flag", &description);
        assert_eq!(writer.request("GET", "/api/flags/flag", "").json()["description"], *description);
    }
}

#[test]
fn without_redis_the_others_follow_the_database() {
    let url = Postgres::shared().database("poll");
    let servers = [instance(&url, &[]), instance(&url, &[])];
    let mut followers = [Follower::of(&servers[1])];
    let latencies = latencies(&servers[0], &mut followers, 6);
    println!("{latencies:?}");
    assert!(latencies.iter().all(|latency| *latency < WITHOUT_HINTS), "{latencies:?}");
    followers[0].assert_agrees_with(&servers[0], 6);
    assert_eq!(followers[0].model.replays, 1);
}

#[test]
fn while_redis_is_away_writes_go_on_and_when_it_is_back_it_is_used_again() {
    let mut redis = Redis::start();
    let servers = on(&redis, 2);
    let both = [&servers[0], &servers[1]];
    let mut followers = [Follower::of(&servers[1])];
    assert_fast(&latencies(&servers[0], &mut followers, 5));
    for round in 0..2 {
        redis.kill();
        wait_for_redis(&both, false);
        let start = Instant::now();
        let revision = put(&servers[0], "away", &format!("round {round}"));
        assert!(start.elapsed() < Duration::from_secs(1), "no write waits for Redis: {:?}", start.elapsed());
        assert!(followers[0].wait_for(revision) < WITHOUT_HINTS);
        redis.start_again();
        wait_for_redis(&both, true);
        assert_fast(&latencies(&servers[0], &mut followers, 5));
    }
    followers[0].assert_agrees_with(&servers[0], 17);
    assert_eq!((followers[0].model.replays, followers[0].model.changes), (1, 17));
}

#[test]
fn a_redis_that_stands_still_holds_nothing_up() {
    let redis = Redis::start();
    let servers = on(&redis, 2);
    let mut followers = [Follower::of(&servers[1])];
    redis.pause();
    for number in 0..4 {
        let start = Instant::now();
        let revision = put(&servers[0], "still", &format!("{number}"));
        assert!(start.elapsed() < Duration::from_secs(1), "no write waits for Redis: {:?}", start.elapsed());
        assert!(followers[0].wait_for(revision) < WITHOUT_HINTS);
    }
    wait_for_redis(&[&servers[0], &servers[1]], false);
    redis.resume();
    wait_for_redis(&[&servers[0], &servers[1]], true);
    assert_fast(&latencies(&servers[0], &mut followers, 5));
    assert_eq!((followers[0].model.replays, followers[0].model.changes), (1, 9));
}

#[test]
fn instances_start_without_redis_and_find_it_later() {
    let mut redis = Redis::start();
    redis.kill();
    let url = Postgres::shared().database("later");
    let servers = [instance(&url, &[("REDIS_URL", &redis.url())]), instance(&url, &[("REDIS_URL", &redis.url())])];
    let mut followers = [Follower::of(&servers[1])];
    assert_eq!(servers[0].metric("sidekick_redis_up"), 0.0);
    let revision = put(&servers[0], "early", "");
    assert!(followers[0].wait_for(revision) < WITHOUT_HINTS);
    redis.start_again();
    wait_for_redis(&[&servers[0], &servers[1]], true);
    assert_fast(&latencies(&servers[0], &mut followers, 5));
}

#[test]
fn a_redis_that_drops_its_connections_and_all_its_data_loses_nothing() {
    let redis = Redis::start();
    let servers = on(&redis, 2);
    let mut followers = [Follower::of(&servers[1])];
    for round in 0..5 {
        redis.flush_all();
        if round % 2 == 0 {
            redis.command(&["CLIENT", "KILL", "TYPE", "pubsub"]);
        } else {
            redis.command(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        }
        let revision = put(&servers[0], "flushed", &format!("{round}"));
        assert!(followers[0].wait_for(revision) < WITHOUT_HINTS);
    }
    wait_for_redis(&[&servers[0], &servers[1]], true);
    redis.flush_all();
    assert_fast(&latencies(&servers[0], &mut followers, 5));
    assert_eq!((followers[0].model.replays, followers[0].model.changes), (1, 10));
}

#[test]
fn a_password_and_a_database_number_are_used() {
    let redis = Redis::start_with(RedisOptions { password: Some("pass-word"), tls: false });
    let url = Postgres::shared().database("password");
    let address = format!("{}/3", redis.url());
    let servers = [instance(&url, &[("REDIS_URL", &address)]), instance(&url, &[("REDIS_URL", &address)])];
    wait_for_redis(&[&servers[0], &servers[1]], true);
    assert_fast(&latencies(&servers[0], &mut [Follower::of(&servers[1])], 5));
    assert!(redis.command(&["CLIENT", "LIST"]).contains(" db=3 "), "{}", redis.command(&["CLIENT", "LIST"]));
    for server in &servers {
        assert!(!server.log().contains("pass-word"), "{}", server.log());
    }
}

#[test]
fn a_wrong_password_is_no_reason_to_fail_and_is_not_shown() {
    let redis = Redis::start_with(RedisOptions { password: Some("right"), tls: false });
    let url = Postgres::shared().database("wrong_password");
    let address = redis.url().replace("right", "wr0ng-pass");
    let servers = [instance(&url, &[("REDIS_URL", &address)]), instance(&url, &[])];
    servers[0].wait_for_log("Redis is still away");
    let revision = put(&servers[0], "a", "");
    assert!(Follower::of(&servers[1]).wait_for(revision) < WITHOUT_HINTS);
    assert_eq!(servers[0].metric("sidekick_redis_up"), 0.0);
    assert!(!servers[0].log().contains("wr0ng-pass"), "{}", servers[0].log());
}

#[test]
fn redis_over_tls_is_used_and_its_certificate_is_checked() {
    let redis = Redis::start_with(RedisOptions { password: Some("secret"), tls: true });
    let url = Postgres::shared().database("tls");
    let (root, other) = (redis.certificates().root.clone(), redis.certificates().other_root.clone());
    let with = |root: &std::path::Path, address: &str| {
        instance(&url, &[("REDIS_URL", address), ("SSL_CERT_FILE", root.to_str().unwrap())])
    };
    let servers = [with(&root, &redis.url()), with(&root, &redis.url())];
    wait_for_redis(&[&servers[0], &servers[1]], true);
    assert_fast(&latencies(&servers[0], &mut [Follower::of(&servers[1])], 5));
    for (server, word) in [
        (with(&other, &redis.url()), "UnknownIssuer"),
        // The certificate names localhost only.
        (with(&root, &redis.url().replace("localhost", "127.0.0.1")), "certificate"),
    ] {
        server.wait_for_log("Redis is still away");
        server.wait_for_log(word);
        assert_eq!(server.metric("sidekick_redis_up"), 0.0);
    }
}

/// A message as an instance sends it.
fn message(body: &str) -> Vec<u8> {
    let digest = Sha256::digest(body);
    let checksum: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{checksum} {body}").into_bytes()
}

/// What an instance would send of a flag that nobody has written.
fn forged(id: impl std::fmt::Display, revision: u64) -> Vec<u8> {
    message(&format!("{id}:{revision} {}", upsert(revision)))
}

fn upsert(revision: u64) -> String {
    format!(r#"{{"type":"UPSERT","flag":{{"key":"forged","is_enabled":true,"revision":{revision}}}}}"#)
}

#[test]
fn garbled_and_forged_messages_do_no_harm() {
    let redis = Redis::start();
    let servers = on(&redis, 2);
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    for number in 0..3 {
        put(&servers[0], "true", &format!("{number}"));
    }
    let (before, id) = converged(&[&servers[0], &servers[1]]);
    let epoch = id.epoch.as_str();
    let whole = forged(epoch, 4);
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let garbled: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"hello".to_vec(),
        vec![0xff; 64],
        vec![b'x'; 2 << 20],
        format!("{epoch}:4 {}", upsert(4)).into_bytes(),
        whole[..whole.len() / 2].to_vec(),
        whole[1..].to_vec(),
        flipped,
        message(""),
        message(&format!("{epoch}:4 ")),
        message(&format!("{epoch}:4 {{}}")),
        message(&format!("{epoch}:4 {}", upsert(3))),
        message(&format!("{epoch}:99999999999999999999 {}", upsert(4))),
        message(&format!("{epoch}:-1 {}", upsert(4))),
        message(&format!("{epoch}:4 {}", "[".repeat(100_000))),
    ];
    for garbled in &garbled {
        assert_eq!(redis.publish(CHANNEL, garbled), 2);
    }
    for server in &servers {
        eventually("each is counted", || server.metric("sidekick_redis_garbled_total") >= garbled.len() as f64);
    }
    for forged in [
        forged("other", 4),
        forged("other", 1),
        // Of the past, and of a future that storage does not know.
        forged(epoch, 0),
        forged(epoch, 2),
        forged(epoch, 3),
        forged(epoch, 900),
        forged(epoch, 9007199254740991),
        message(&format!("{epoch}:2 {}", r#"{"type":"DELETE","key":"true"}"#)),
    ] {
        assert_eq!(redis.publish(CHANNEL, &forged), 2);
    }
    assert_eq!(converged(&[&servers[0], &servers[1]]), (before, id));
    assert_fast(&latencies(&servers[1], &mut followers, 5));
    for (follower, server) in followers.iter().zip(&servers) {
        follower.assert_agrees_with(server, 8);
        assert_eq!((follower.model.replays, follower.model.changes), (1, 8));
        assert!(!server.log().contains("ERROR"), "{}", server.log());
    }
}

#[test]
fn even_a_forged_next_change_is_gone_within_seconds() {
    let redis = Redis::start();
    let servers = on(&redis, 2);
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    put(&servers[0], "true", "");
    let (_, id) = converged(&[&servers[0], &servers[1]]);
    // Whoever may publish, and knows epoch and revision, can have this believed, until storage is asked.
    redis.publish(CHANNEL, &forged(&id.epoch, 2));
    for follower in &mut followers {
        follower.wait_until(|model| model.replays == 2);
        assert!(!follower.model.listing().contains("forged"));
    }
    let (listing, _) = converged(&[&servers[0], &servers[1]]);
    assert!(!listing.contains("forged"), "{listing}");
    let revision = put(&servers[1], "true", "again");
    for (follower, server) in followers.iter_mut().zip(&servers) {
        follower.wait_for(revision);
        follower.assert_agrees_with(server, revision);
    }
}

#[test]
fn two_stores_on_one_redis_keep_apart() {
    let redis = Redis::start();
    let (one, other) = (on(&redis, 1), on(&redis, 1));
    let mut followers = [Follower::of(&one[0]), Follower::of(&other[0])];
    for number in 0..5 {
        put(&one[0], &format!("one-{number}"), "");
    }
    followers[0].wait_for(5);
    let revision = put(&other[0], "other", "");
    assert_eq!(revision, 1);
    followers[1].wait_for(1);
    followers[1].assert_agrees_with(&other[0], 1);
    assert_eq!(other[0].request("GET", "/api/flags", "").json().as_array().unwrap().len(), 1);
}
