//! A server that starts from its snapshot file while the database is away, and what it does when that is back.

use crate::instances::{Follower, instance, put, readiness, try_put};
use crate::services::Postgres;
use crate::support::{Folder, Server, eventually};
use std::path::Path;

/// A server with a snapshot file.
fn with_snapshot(url: &str, file: &Path) -> Server {
    instance(url, &[("SNAPSHOT_PATH", file.to_str().unwrap())])
}

/// A server has written three flags and their snapshot, and is gone; so is the database.
fn snapshot_of_three(postgres: &mut Postgres, file: &Path) -> (String, String) {
    let mut server = with_snapshot(&postgres.url(), file);
    for key in ["a", "b", "c"] {
        put(&server, key, "in the snapshot");
    }
    let listing = server.request("GET", "/api/flags", "");
    server.terminate();
    assert!(server.wait().success());
    postgres.stop_immediate();
    let id = listing.header("etag").unwrap().trim_matches('"').to_owned();
    (listing.text().to_owned(), id)
}

/// The server serves the snapshot and says so everywhere. The follower has it.
fn assert_stale(server: &Server, listing: &str, id: &str) -> Follower {
    let follower = Follower::of(server);
    assert_eq!(follower.header("sidekick-stale"), Some("true"));
    assert_eq!((follower.model.listing(), follower.model.last_event_id()), (listing.to_owned(), id.to_owned()));
    let response = server.request("GET", "/api/flags", "");
    assert_eq!((response.status, response.text(), response.header("sidekick-stale")), (200, listing, Some("true")));
    let answer = server.request("POST", "/api/evaluate", r#"{"flag_key":"a","user_key":"u"}"#);
    assert_eq!((answer.status, answer.header("sidekick-stale")), (200, Some("true")));
    let (status, reason) = readiness(server);
    assert_eq!(status, 503);
    assert!(reason.contains("stale"), "{reason}");
    assert_eq!(server.metric("sidekick_stale"), 1.0);
    assert_eq!(try_put(server, "d", "").status, 503);
    assert_eq!(server.request("GET", "/healthz", "").status, 200);
    follower
}

fn assert_no_longer_stale(server: &Server) {
    eventually("it is ready", || readiness(server).0 == 200);
    assert_eq!(server.metric("sidekick_stale"), 0.0);
    assert_eq!(server.request("GET", "/api/flags", "").header("sidekick-stale"), None);
    assert_eq!(Follower::of(server).header("sidekick-stale"), None);
}

#[test]
fn streams_are_served_from_the_snapshot_until_the_database_is_back() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let file = folder.join("flags.json");
    let (listing, id) = snapshot_of_three(&mut postgres, &file);
    let server = with_snapshot(&postgres.url(), &file);
    let mut follower = assert_stale(&server, &listing, &id);
    let mut resumed = server.stream(Some(&id));
    assert_eq!(resumed.next().unwrap().kind, "resumed", "who was connected before goes on");
    postgres.start_again();
    assert_no_longer_stale(&server);
    let revision = put(&server, "d", "after");
    assert_eq!(revision, 4);
    follower.wait_for(4);
    follower.assert_agrees_with(&server, 4);
    assert_eq!((follower.model.replays, follower.model.changes), (1, 1), "nothing had changed, so nothing is replayed");
}

#[test]
fn what_was_written_meanwhile_is_caught_up_with() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let file = folder.join("flags.json");
    let (listing, id) = snapshot_of_three(&mut postgres, &file);
    postgres.start_again();
    let other = instance(&postgres.url(), &[]);
    for number in 0..4 {
        put(&other, "a", &format!("meanwhile {number}"));
    }
    postgres.stop_immediate();
    let server = with_snapshot(&postgres.url(), &file);
    let mut follower = assert_stale(&server, &listing, &id);
    postgres.start_again();
    assert_no_longer_stale(&server);
    follower.wait_for(7);
    follower.assert_agrees_with(&server, 7);
    follower.assert_agrees_with(&other, 7);
    assert_eq!((follower.model.replays, follower.model.changes), (1, 4), "the log has what was missed");
}

#[test]
fn a_snapshot_from_before_the_horizon_of_the_log_is_replaced_as_a_whole() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let file = folder.join("flags.json");
    let (listing, id) = snapshot_of_three(&mut postgres, &file);
    postgres.start_again();
    let other = instance(&postgres.url(), &[]);
    for number in 0..4 {
        put(&other, "a", &format!("meanwhile {number}"));
    }
    assert_eq!(other.request("DELETE", "/api/flags/b", "").status, 204);
    postgres.sql(&postgres.url(), "DELETE FROM sidekick_flag_changes WHERE revision < 7");
    postgres.stop_immediate();
    let server = with_snapshot(&postgres.url(), &file);
    let mut follower = assert_stale(&server, &listing, &id);
    postgres.start_again();
    assert_no_longer_stale(&server);
    follower.wait_for(8);
    follower.assert_agrees_with(&server, 8);
    assert_eq!((follower.model.replays, follower.model.changes), (2, 0));
}

#[test]
fn a_snapshot_of_another_database_is_replaced_as_a_whole() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let file = folder.join("flags.json");
    let (listing, id) = snapshot_of_three(&mut postgres, &file);
    postgres.start_again();
    let tables = "sidekick_store, sidekick_flags, sidekick_flag_changes, sidekick_schema";
    postgres.sql(&postgres.url(), &format!("DROP TABLE {tables}"));
    postgres.stop_immediate();
    let server = with_snapshot(&postgres.url(), &file);
    let mut follower = assert_stale(&server, &listing, &id);
    postgres.start_again();
    assert_no_longer_stale(&server);
    follower.wait_until(|model| model.replays == 2);
    follower.assert_agrees_with(&server, 0);
    assert_eq!(follower.model.listing(), "[]");
    assert_ne!(follower.model.last_event_id().split(':').next(), id.split(':').next());
    assert_eq!(put(&server, "new", ""), 1);
    follower.wait_for(1);
    follower.assert_agrees_with(&server, 1);
}

#[test]
fn a_snapshot_that_is_ahead_of_a_restored_database_gives_way_to_it() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let (file, url) = (folder.join("flags.json"), postgres.url());
    let (listing, id) = snapshot_of_three(&mut postgres, &file);
    postgres.start_again();
    // Without a trace but the revision.
    let older = "UPDATE sidekick_store SET revision = 1; DELETE FROM sidekick_flags WHERE key <> 'a';
                 DELETE FROM sidekick_flag_changes WHERE revision > 1";
    postgres.sql(&url, older);
    postgres.stop_immediate();
    let server = with_snapshot(&url, &file);
    let mut follower = assert_stale(&server, &listing, &id);
    postgres.start_again();
    assert_no_longer_stale(&server);
    follower.wait_until(|model| model.replays == 2);
    follower.assert_agrees_with(&server, 1);
    assert_eq!(server.stream(Some(&id)).next().unwrap().kind, "connected");
}

#[test]
fn a_snapshot_is_whole_whenever_its_server_is_killed() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let (file, url) = (folder.join("flags.json"), postgres.url());
    let mut server = with_snapshot(&url, &file);
    for number in 0..3 {
        put(&server, "a", &format!("{number}"));
        eventually("it is saved", || {
            std::fs::read_to_string(&file).is_ok_and(|json| json.contains(&format!(":{}\"", number + 1)))
        });
    }
    // No time for a last save.
    put(&server, "b", "");
    server.kill();
    postgres.stop_immediate();
    server.restart();
    let follower = Follower::of(&server);
    assert_eq!(follower.header("sidekick-stale"), Some("true"));
    assert!((3..=4).contains(&follower.model.revision().get()), "{}", follower.model.revision());
    postgres.start_again();
    assert_no_longer_stale(&server);
    assert_eq!(server.request("GET", "/api/flags", "").json().as_array().unwrap().len(), 2);
}

#[test]
fn a_file_that_is_no_snapshot_is_ignored_and_said_to_be_so() {
    let (mut postgres, folder) = (Postgres::start(), Folder::new());
    let file = folder.join("flags.json");
    let (..) = snapshot_of_three(&mut postgres, &file);
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    let server = with_snapshot(&postgres.url(), &file);
    let (status, reason) = readiness(&server);
    assert!(status == 503 && reason.contains("not loaded"), "{reason}");
    assert_eq!(server.request("GET", "/stream", "").status, 503);
    server.wait_for_log("the snapshot is none");
    postgres.start_again();
    assert_no_longer_stale(&server);
    eventually("a whole one takes its place", || std::fs::read(&file).is_ok_and(|json| json == whole));
}

#[test]
fn a_snapshot_that_cannot_be_written_stops_nothing() {
    let (postgres, folder) = (Postgres::shared(), Folder::new());
    let server = with_snapshot(&postgres.database("unwritable"), &folder.join("missing").join("flags.json"));
    put(&server, "a", "");
    server.wait_for_log("the snapshot could not be saved");
    assert_eq!(put(&server, "a", "again"), 2);
    assert_eq!(readiness(&server).0, 200);
}
