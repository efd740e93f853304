//! Upgrades and ways back with SQLite, and streams of older servers as today's engine reads them.

use crate::support::{Folder, Server};
use crate::upgrade_drill::{
    KEY, Recording, assert_goes_on, assert_is_refused, assert_keeps_what_is_newer, assert_writes, events,
    later_migration, recordings,
};
use serde_json::Value;
use sidekick_core::sync::{Output, Status, SyncClient};
use std::path::{Path, PathBuf};

/// One for each version of the schema.
const RECORDINGS: &[Recording] = recordings!("sqlite": 1, 2);

/// A file in its folder, as the recorded server left it.
fn recorded_file(recording: &Recording) -> (Folder, PathBuf) {
    let folder = Folder::new();
    let path = folder.join("recorded.db");
    connect(&path).execute_batch(recording.database).unwrap();
    (folder, path)
}

fn connect(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).unwrap()
}

fn version(path: &Path) -> i64 {
    connect(path).query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

fn url(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

#[test]
fn a_file_of_every_earlier_version_goes_on_under_this_one() {
    for recording in RECORDINGS {
        let (_folder, path) = recorded_file(recording);
        assert_eq!(version(&path), recording.version);
        let mut server = Server::start_with(&[("DATABASE_URL", &url(&path)), KEY]);
        assert_goes_on(&server, recording);
        server.kill_and_restart();
        assert_goes_on(&server, recording);
        let migrated = recording.version < RECORDINGS.len() as i64;
        assert_eq!(server.log().contains("is migrated from schema version"), migrated, "{}", server.log());
        assert_eq!(version(&path), RECORDINGS.len() as i64, "each version of the schema has a recording");
        let listing = server.request("GET", "/api/flags", "");
        let (epoch, _) = listing.header("etag").unwrap().trim_matches('"').split_once(':').unwrap();
        assert!(recording.resumed.contains(&format!("id: {epoch}:")), "a migration makes no other history");
        assert_writes(&server);
    }
}

#[test]
fn a_file_that_the_next_version_has_migrated_is_worked_with_and_keeps_what_is_new_in_it() {
    let newest = RECORDINGS.last().unwrap();
    let (_folder, path) = recorded_file(newest);
    let next = newest.version + 1;
    connect(&path).execute_batch(&format!("{} PRAGMA user_version = {next};", later_migration(""))).unwrap();
    let mut server = Server::start_with(&[("DATABASE_URL", &url(&path)), KEY]);
    let sql = |query: &str| {
        let connection = connect(&path);
        let mut query = connection.prepare(query).unwrap();
        let rows = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.map(|row| row.unwrap() + "\n").collect()
    };
    assert_keeps_what_is_newer(&server, sql);
    server.kill_and_restart();
    assert_eq!(
        (version(&path), sql("SELECT environment FROM flags WHERE key = 'half'")),
        (next, "production\n".to_owned())
    );
    server.kill();

    connect(&path).pragma_update(None, "user_version", next + 1).unwrap();
    assert_is_refused(&url(&path), next + 1);
}

#[test]
fn the_stream_of_every_earlier_server_is_read_to_the_same_flags_and_answers() {
    for recording in RECORDINGS {
        let mut sdk = SyncClient::new(7);
        sdk.start(0);
        feed(&mut sdk, recording.stream);
        assert_eq!(sdk.status(), Status::Ready);
        let all: Vec<&str> = sdk.store().flags().into_iter().map(|flag| flag.document()).collect();
        assert_eq!(format!("[{}]", all.join(",")), recording.flags.trim_end(), "byte for byte");
        for line in recording.answers.lines() {
            let recorded: Value = serde_json::from_str(line).unwrap();
            let text = |name: &str| recorded["question"][name].as_str().unwrap();
            let attributes: Vec<(&str, &str)> = recorded["question"]["attributes"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                .collect();
            let enabled = sdk.store().is_enabled(text("flag_key"), text("user_key"), &attributes[..], false);
            assert_eq!(Value::from(enabled), recorded["answer"]["enabled"], "{line}");
        }

        // What it missed after a cut, from a server that knew how to resume.
        let mut late = SyncClient::new(8);
        late.start(0);
        let (replay, _) = recording.stream.split_at(recording.stream.find("event: ready").unwrap());
        let (_, ready) = recording.stream.split_at(replay.len());
        feed(&mut late, &format!("{replay}{}\n\n", ready.split_once("\n\n").unwrap().0));
        late.handle_disconnected(1);
        feed(&mut late, recording.resumed);
        assert_eq!(late.export_snapshot(), sdk.export_snapshot());
        assert_eq!(events(recording.resumed).iter().filter(|event| event.kind == "message").count(), 3);
    }
}

/// Hands a client what a server sent it, once it asks for a stream. Nothing is wrong with it.
fn feed(sdk: &mut SyncClient, stream: &str) {
    let mut now = 1;
    loop {
        match sdk.poll_output() {
            Some(Output::Connect { .. }) => break,
            Some(Output::WakeAt(at)) => {
                now = at;
                sdk.handle_timeout(at);
            }
            Some(_) => {}
            None => panic!("nothing leads to a stream"),
        }
    }
    sdk.handle_connected(now, 200, Some("text/event-stream"), None);
    sdk.handle_bytes(now, stream.as_bytes());
    while let Some(output) = sdk.poll_output() {
        assert!(!matches!(output, Output::Disconnect | Output::Error(_)), "{output:?}");
    }
}
