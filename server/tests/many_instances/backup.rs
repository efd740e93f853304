//! The commands of `docs/BACKUP.md`: backed up while the server runs, lost, restored, and what clients see of that.

use crate::instances::{Follower, instance, put};
use crate::services::Postgres;
use crate::support::{Model, Server};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// Flags at the time of the back-up, and changes that it does not have.
const KEPT: u64 = 20;
const LOST: u64 = 5;

#[test]
fn a_postgres_is_restored_from_a_dump_and_clients_follow() {
    let postgres = Postgres::shared();
    let url = postgres.database("backed_up");
    let mut server = instance(&url, &[]);
    let client = write_and_back_up(&server, |file| {
        run(postgres.client("pg_dump", &url).args(["--format=custom", "--file"]).arg(file));
    });
    let file = server.folder.join("backup");
    server.terminate();
    assert!(server.wait().success());

    let restored = postgres.database("restored");
    let options = ["--no-owner", "--role=sidekick", "--exit-on-error"];
    run(postgres.client("pg_restore", &restored).args(options).arg(&file));
    assert_restored(&instance(&restored, &[]), client);
}

#[test]
fn an_sqlite_file_is_restored_and_clients_follow() {
    let mut server = Server::start();
    let database = server.folder.join("sidekick.db");
    let client = write_and_back_up(&server, |file| sqlite(&database, &format!(".backup {}", file.display())));
    // As a power cut leaves it, with a log beside it.
    server.kill();

    // The lock file too, as on another machine: the server itself would know the copy for an older one by it.
    for end in ["-wal", "-shm", ".lock"] {
        let _ = std::fs::remove_file(format!("{}{end}", database.display()));
    }
    std::fs::copy(server.folder.join("backup"), &database).unwrap();
    sqlite(&database, "UPDATE store SET epoch = lower(hex(randomblob(8)))");
    server.restart();
    assert_restored(&server, client);
}

/// A client that has seen everything, also what came after the back-up.
fn write_and_back_up(server: &Server, back_up: impl FnOnce(&Path)) -> Model {
    for number in 0..KEPT {
        put(server, &format!("flag-{number}"), "kept");
    }
    let create = |name: &str| {
        let body = format!(r#"{{"name":"{name}","kind":"client"}}"#);
        assert_eq!(server.request("POST", "/api/keys", &body).status, 201);
    };
    create("revoked-later");
    let mut follower = Follower::of(server);
    back_up(&server.folder.join("backup"));
    assert_eq!(server.request("DELETE", "/api/keys/revoked-later", "").status, 204);
    create("made-later");
    for number in 0..LOST {
        put(server, &format!("flag-{number}"), "lost");
    }
    follower.wait_for(KEPT + LOST);
    follower.model
}

/// The server has the flags of the back-up; a client from before gets them as a whole, even where new changes of the same
/// flags have the numbers of those that are lost.
fn assert_restored(server: &Server, mut client: Model) {
    let history = server.request("GET", "/api/history?limit=1000", "").json();
    assert_eq!(history.as_array().unwrap().len() as u64, KEPT, "the history is restored, too");
    let keys = server.request("GET", "/api/keys", "").json();
    let keys: Vec<_> = keys.as_array().unwrap().iter().map(|key| (&key["name"], &key["state"])).collect();
    assert_eq!(keys, [(&json!("revoked-later"), &json!("active"))], "keys are as they were then");
    for number in 0..LOST {
        assert_eq!(put(server, &format!("flag-{number}"), "new"), KEPT + number + 1);
    }
    let mut stream = server.stream(Some(&client.last_event_id()));
    let mut event = stream.next().expect("the stream begins");
    assert_eq!(event.kind, "connected", "the client gets all flags anew, and goes on from nothing");
    while event.kind != "ready" {
        client.take(&event);
        event = stream.next().expect("the stream goes on");
    }
    client.take(&event);
    let listing = server.request("GET", "/api/flags", "");
    assert_eq!(client.listing(), listing.text());
    let (new, lost) = (listing.text().matches("\"new\"").count(), listing.text().contains("\"lost\""));
    assert_eq!((new as u64, lost), (LOST, false));
}

fn sqlite(database: &Path, command: &str) {
    run(Command::new("sqlite3").arg(database).arg(command));
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; cargo xtask setup installs it"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
