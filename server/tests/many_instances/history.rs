//! A history that is kept in part only, and readers from before its horizon.

use crate::instances::{Follower, converged, instance, put};
use crate::services::Postgres;
use crate::support::{Server, eventually};

fn revisions(server: &Server) -> Vec<u64> {
    let history = server.request("GET", "/api/history?limit=1000", "").json();
    let entries = history.as_array().unwrap().clone();
    entries.iter().map(|entry| entry["revision"].as_u64().unwrap()).collect()
}

#[test]
fn a_client_from_before_the_horizon_gets_a_full_replay() {
    let url = Postgres::shared().database("horizon");
    let servers = [instance(&url, &[]), instance(&url, &[])];
    for number in 1..=20 {
        assert_eq!(put(&servers[number % 2], &format!("flag-{}", number % 3), &format!("{number}")), number as u64);
    }
    let (_, id) = converged(&[&servers[0], &servers[1]]);
    let at = |revision: u64| format!("{}:{revision}", id.epoch);

    let pruning = instance(&url, &[("HISTORY_MAX_CHANGES", "5")]);
    eventually("the history is pruned", || revisions(&pruning) == [20, 19, 18, 17, 16]);
    pruning.wait_for_log("history pruned");
    assert_eq!(revisions(&servers[0]), [20, 19, 18, 17, 16]);

    let fresh = instance(&url, &[]);
    for (revision, opening) in
        [(3, "connected"), (14, "connected"), (15, "resumed"), (20, "resumed"), (21, "connected")]
    {
        assert_eq!(fresh.stream(Some(&at(revision))).next().unwrap().kind, opening, "{revision}");
    }
    let mut follower = Follower::of(&fresh);
    follower.assert_agrees_with(&servers[0], 20);
    // Who has the changes in memory still resumes from them.
    assert_eq!(servers[0].stream(Some(&at(3))).next().unwrap().kind, "resumed");
    assert_eq!(put(&servers[0], "flag-0", "after"), 21);
    follower.wait_for(21);
    follower.assert_agrees_with(&servers[0], 21);
    assert_eq!(follower.model.replays, 1);
}

#[test]
fn an_instance_that_slept_past_the_horizon_replays_to_its_streams() {
    let url = Postgres::shared().database("asleep");
    let (writer, sleeper) = (instance(&url, &[]), instance(&url, &[]));
    put(&writer, "a", "first");
    converged(&[&writer, &sleeper]);
    let mut follower = Follower::of(&sleeper);
    sleeper.signal("STOP");
    for number in 0..20 {
        put(&writer, "a", &format!("{number}"));
    }
    put(&writer, "b", "");
    let pruning = instance(&url, &[("HISTORY_MAX_CHANGES", "5")]);
    eventually("the history is pruned", || revisions(&pruning).len() == 5);
    sleeper.signal("CONT");
    follower.wait_for(22);
    converged(&[&writer, &sleeper]);
    follower.assert_agrees_with(&writer, 22);
    assert_eq!((follower.model.replays, follower.model.changes), (2, 0));
    // Further on, changes come one by one again.
    let revision = put(&writer, "c", "");
    follower.wait_for(revision);
    assert_eq!((follower.model.replays, follower.model.changes), (2, 1));
}

#[test]
fn an_instance_that_slept_within_the_horizon_catches_up_change_by_change() {
    let url = Postgres::shared().database("nap");
    let (writer, sleeper) = (instance(&url, &[]), instance(&url, &[]));
    put(&writer, "a", "first");
    converged(&[&writer, &sleeper]);
    let mut follower = Follower::of(&sleeper);
    sleeper.signal("STOP");
    for number in 0..40 {
        put(&writer, "a", &format!("{number}"));
    }
    sleeper.signal("CONT");
    follower.wait_for(41);
    follower.assert_agrees_with(&writer, 41);
    assert_eq!((follower.model.replays, follower.model.changes), (1, 40));
}

#[test]
fn changes_that_are_young_enough_are_kept() {
    let url = Postgres::shared().database("age");
    let server = instance(&url, &[]);
    for number in 0..4 {
        put(&server, "a", &format!("{number}"));
    }
    let old = "UPDATE sidekick_flag_changes SET time = '2020-01-01T00:00:00.000Z' WHERE revision <= 2";
    Postgres::shared().sql(&url, old);
    let pruning = instance(&url, &[("HISTORY_MAX_DAYS", "30")]);
    eventually("the history is pruned", || revisions(&pruning) == [4, 3]);
    assert_eq!(server.request("GET", "/api/flags", "").json().as_array().unwrap().len(), 1);
}
