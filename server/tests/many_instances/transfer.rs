//! `server export` and `server import`: from SQLite to Postgres in two commands, and back.

use crate::instances::{Follower, converged, instance, put};
use crate::services::{Postgres, free_port};
use crate::support::{Folder, Server, run_to_end};
use serde_json::{Value, json};

/// Runs a command that must succeed on a database, and gives its output.
fn run(folder: &Folder, url: &str, arguments: &[&str]) -> String {
    let ended = run_to_end(folder, arguments, &[("DATABASE_URL", url)]);
    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.errors);
    ended.output
}

/// The flags of a server without what depends on when they were written.
fn flags(server: &Server) -> Vec<Value> {
    let mut flags = server.request("GET", "/api/flags", "").json().as_array().unwrap().clone();
    for flag in &mut flags {
        let flag = flag.as_object_mut().unwrap();
        flag.remove("revision").unwrap();
        flag.remove("updated_at").unwrap();
    }
    flags
}

#[test]
fn flags_move_from_sqlite_to_postgres_in_two_commands() {
    let mut old = Server::start();
    for number in 0..50 {
        let flag = json!({
            "key": format!("flag-{number}"),
            "is_enabled": number % 2 == 0,
            "rollout_percentage": f64::from(number) / 8.0,
            "description": format!("ü \u{2028} \"{number}\""),
            "rules": [{ "attribute": "email", "operator": "EndsWith", "values": ["@acme.com", "\"@é"] }],
        });
        let created = old.request("POST", "/api/flags", &flag.to_string());
        assert_eq!(created.status, 201, "{}", created.text());
    }
    assert_eq!(old.request("DELETE", "/api/flags/flag-7", "").status, 204);
    let expected = flags(&old);
    assert_eq!(expected.len(), 49);
    old.terminate();
    assert!(old.wait().success());

    let url = Postgres::shared().database("moved");
    let sqlite = format!("sqlite:{}", old.folder.join("sidekick.db").display());
    run(&old.folder, &sqlite, &["export", "flags.json"]);
    let said = run(&old.folder, &url, &["import", "flags.json"]);
    assert_eq!(said, "49 created, 0 replaced, 0 deleted, 0 unchanged\n");
    let new = instance(&url, &[]);
    assert_eq!(flags(&new), expected, "with their times of creation");

    let said = run(&old.folder, &url, &["import", "flags.json"]);
    assert_eq!(said, "0 created, 0 replaced, 0 deleted, 49 unchanged\n");
    let again = run(&old.folder, &url, &["export"]);
    let back = format!("sqlite:{}", old.folder.join("back.db").display());
    std::fs::write(old.folder.join("again.json"), &again).unwrap();
    run(&old.folder, &back, &["import", "again.json"]);
    let back = Server::start_with(&[("DATABASE_URL", &back)]);
    assert_eq!(flags(&back), expected, "and back again");
}

#[test]
fn running_instances_follow_an_import_change_by_change() {
    let (url, folder) = (Postgres::shared().database("import_live"), Folder::new());
    let servers = [instance(&url, &[]), instance(&url, &[])];
    put(&servers[0], "keep", "");
    put(&servers[0], "gone", "");
    converged(&[&servers[0], &servers[1]]);
    let mut followers = [Follower::of(&servers[0]), Follower::of(&servers[1])];
    let many: Vec<Value> = (0..1_500).map(|number| json!({ "key": format!("flag-{number}") })).collect();
    let flags = [many, vec![json!({ "key": "keep", "description": "" })]].concat();
    let document = json!({ "sidekick_export": 1, "flags": flags }).to_string();
    std::fs::write(folder.join("flags.json"), document).unwrap();
    let said = run(&folder, &url, &["import", "--replace", "flags.json"]);
    assert_eq!(said, "1500 created, 0 replaced, 1 deleted, 1 unchanged\n");
    for (follower, server) in followers.iter_mut().zip(&servers) {
        follower.wait_for(2 + 1_501);
        follower.assert_agrees_with(server, 2 + 1_501);
        assert_eq!((follower.model.replays, follower.model.changes), (1, 1_501));
    }
    let history = servers[0].request("GET", "/api/history?limit=1", "").json();
    assert_eq!((&history[0]["actor"], &history[0]["key"]), (&json!("import"), &json!("gone")));
}

#[test]
fn an_import_that_cannot_be_done_changes_nothing_and_says_why() {
    let (url, folder) = (Postgres::shared().database("import_refused"), Folder::new());
    let server = instance(&url, &[]);
    put(&server, "a", "as it was");
    let before = server.request("GET", "/api/flags", "").text().to_owned();
    for (document, word) in [
        ("", "document"),
        ("[]", "object"),
        (r#"{"flags":[]}"#, "sidekick_export"),
        (r#"{"sidekick_export":2,"flags":[]}"#, "version 2"),
        (r#"{"sidekick_export":1,"flags":[{"key":"b"},{"key":"a b"}]}"#, "flags[1].key"),
        (r#"{"sidekick_export":1,"flags":[{"key":"b"},{"key":"b"}]}"#, "twice"),
        (r#"{"sidekick_export":1,"flags":[{"key":"b","enabled":true}]}"#, "enabled"),
    ] {
        std::fs::write(folder.join("flags.json"), document).unwrap();
        for arguments in [&["import", "flags.json"][..], &["import", "flags.json", "--replace"]] {
            let ended = run_to_end(&folder, arguments, &[("DATABASE_URL", &url)]);
            assert_eq!(ended.code, Some(1), "{document}");
            assert!(ended.errors.contains(word), "{document}: {}", ended.errors);
            assert_eq!(server.request("GET", "/api/flags", "").text(), before);
        }
    }
    std::fs::write(folder.join("flags.json"), r#"{"sidekick_export":1,"flags":[{"key":"b"},{"key":"c"}]}"#).unwrap();
    let full = run_to_end(&folder, &["import", "flags.json"], &[("DATABASE_URL", &url), ("MAX_FLAGS", "2")]);
    assert_eq!(full.code, Some(1));
    assert!(full.errors.contains("there would be 3 flags, and 2 may be by MAX_FLAGS"), "{}", full.errors);
    assert_eq!(server.request("GET", "/api/flags", "").text(), before);
    let missing = run_to_end(&folder, &["import", "missing.json"], &[("DATABASE_URL", &url)]);
    assert!(missing.code == Some(1) && missing.errors.contains("missing.json"), "{}", missing.errors);

    let away = format!("postgres://sidekick:s3cret@127.0.0.1:{}/sidekick", free_port());
    std::fs::write(folder.join("flags.json"), r#"{"sidekick_export":1,"flags":[]}"#).unwrap();
    for arguments in [&["import", "flags.json"][..], &["export"]] {
        let ended = run_to_end(&folder, arguments, &[("DATABASE_URL", &away)]);
        assert_eq!(ended.code, Some(1));
        assert!(ended.errors.contains("refused") && !ended.errors.contains("s3cret"), "{}", ended.errors);
    }
}
