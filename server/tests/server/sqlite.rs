//! SQLite's storage: the contract, and what it does beside it with files. In this process, against the trait.

use crate::contract::{Backend, storage_contract};
use crate::key_contract::key_contract;
use crate::support::{DEADLINE, Folder, Server};
use server::storage::{SqliteStorage, Storage, StorageError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

struct Sqlite(Folder);

impl Backend for Sqlite {
    fn fresh() -> Self {
        Self(Folder::new())
    }

    fn open(&self) -> Arc<dyn Storage> {
        Arc::new(SqliteStorage::open(&self.0.join("sidekick.db")).unwrap())
    }

    fn refuse(&self, key: &str) {
        let connection = rusqlite::Connection::open(self.0.join("sidekick.db")).unwrap();
        let body = format!("WHEN new.key = '{key}' BEGIN SELECT RAISE(ABORT, 'refused'); END");
        connection.execute_batch(&format!("CREATE TRIGGER refuse BEFORE INSERT ON flags {body}")).unwrap();
    }
}

storage_contract!(Sqlite);
key_contract!(Sqlite);

/// The error of opening a file that must not be opened.
fn open_error(path: &Path) -> StorageError {
    SqliteStorage::open(path).map(drop).unwrap_err()
}

#[test]
fn a_file_has_one_server_at_a_time() {
    let folder = Folder::new();
    let path = folder.join("sidekick.db");
    let storage = SqliteStorage::open(&path).unwrap();
    let StorageError::Unavailable(message) = open_error(&path) else { panic!("unavailable is expected") };
    assert!(message.contains("sidekick.db is in use by another server"), "{message}");
    drop(storage);
}

/// A file as version 1 of the schema had it, with a flag.
fn older_file(path: &Path) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(include_str!("../../src/storage/sqlite/schema_1.sql")).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    let flag = r#"{"key":"a","is_enabled":true,"revision":7}"#;
    let rows = format!(
        "INSERT INTO store VALUES (1, 'a1', 7); INSERT INTO flags VALUES ('a', '{flag}');
         INSERT INTO flag_changes VALUES (7, 'a', NULL, '{flag}', 'somebody', '2026-01-01T00:00:00.000Z');"
    );
    connection.execute_batch(&rows).unwrap();
}

#[tokio::test]
async fn a_file_of_an_older_version_is_brought_up_to_date_with_all_its_flags() {
    let folder = Folder::new();
    let path = folder.join("sidekick.db");
    older_file(&path);
    for _ in 0..2 {
        let storage = SqliteStorage::open(&path).unwrap();
        let contents = storage.load(10).await.unwrap();
        assert_eq!((contents.id.to_string().as_str(), contents.flags.len(), contents.recent.len()), ("a1:7", 1, 1));
        assert!(storage.keys().await.unwrap().secrets.is_empty());
        storage.close().await.unwrap();
    }
}

#[tokio::test]
async fn keys_are_changed_beside_a_server_but_no_file_is_brought_up_to_date_under_it() {
    let folder = Folder::new();
    let (path, older) = (folder.join("sidekick.db"), folder.join("older.db"));
    let server = SqliteStorage::open(&path).unwrap();
    let beside = SqliteStorage::open_beside(&path).unwrap();
    assert_eq!(beside.keys().await.unwrap(), server.keys().await.unwrap());
    older_file(&older);
    let lock = std::fs::File::create(folder.join("older.db.lock")).unwrap();
    lock.lock().unwrap();
    let error = SqliteStorage::open_beside(&older).map(drop).unwrap_err().to_string();
    assert!(error.contains("up to date") && error.contains("in use by another server"), "{error}");
    drop(lock);
    let beside = SqliteStorage::open_beside(&older).unwrap();
    assert_eq!(beside.position().await.unwrap().id.revision.get(), 7);
    SqliteStorage::open(&older).unwrap();
}

#[test]
fn a_copy_from_earlier_in_the_place_of_the_file_is_another_history() {
    let mut server = Server::start();
    let (path, copy) = (server.folder.join("sidekick.db"), server.folder.join("copy.db"));
    let put = |server: &Server, key| server.request("POST", "/api/flags", &format!(r#"{{"key":"{key}"}}"#));
    let epoch = |server: &Server| {
        let listing = server.request("GET", "/api/flags", "");
        listing.header("etag").unwrap().trim_matches('"').split(':').next().unwrap().to_owned()
    };
    let stop = |server: &mut Server| {
        server.terminate();
        assert!(server.wait().success());
    };
    put(&server, "kept");
    let first = epoch(&server);
    stop(&mut server);
    std::fs::copy(&path, &copy).unwrap();
    server.restart();
    assert_eq!(epoch(&server), first, "a restart goes on");
    put(&server, "lost");
    server.kill_and_restart();
    assert_eq!(epoch(&server), first, "so does one after a crash");
    let (_, id) = server.stream(None).read_replay();
    stop(&mut server);

    std::fs::copy(&copy, &path).unwrap();
    server.restart();
    assert_ne!(epoch(&server), first);
    server.wait_for_log("put back to an older state");
    put(&server, "new");
    // Revision 2 was another change.
    assert_eq!(server.stream(Some(&id)).next().unwrap().kind, "connected");
    let second = epoch(&server);
    stop(&mut server);
    server.restart();
    assert_eq!(epoch(&server), second, "once is enough");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.join("notes.txt");
    let notes = "These are notes, and no database at all. ".repeat(200);
    std::fs::write(&path, &notes).unwrap();
    let error = open_error(&path).to_string();
    assert!(error.contains("notes.txt") && error.contains("not a database"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), notes);
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.join("notes.db");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    let error = open_error(&path).to_string();
    assert!(error.contains("notes.db") && error.contains("another program"), "{error}");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let folder = Folder::new();
    let path = folder.join("sidekick.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE store (of_the_future TEXT); PRAGMA user_version = 99;").unwrap();
    drop(connection);
    let error = open_error(&path);
    assert!(matches!(error, StorageError::Corrupt(_)));
    let message = error.to_string();
    assert!(
        message.contains("sidekick.db has schema version 99") && message.contains("works with 3 at most"),
        "{message}"
    );
    let connection = rusqlite::Connection::open(&path).unwrap();
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = Folder::new();
    let error = open_error(&folder.join("missing").join("sidekick.db"));
    assert!(matches!(error, StorageError::Unavailable(_)));
    assert!(error.to_string().contains("missing"), "{error}");
    assert!(!folder.join("missing").exists());
}

#[test]
fn a_folder_in_place_of_the_file_is_refused() {
    let folder = Folder::new();
    let path = folder.join("sidekick.db");
    std::fs::create_dir(&path).unwrap();
    let error = open_error(&path).to_string();
    assert!(error.contains("sidekick.db"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn who_asks_while_it_closes_gets_an_answer() {
    let folder = Folder::new();
    for round in 0..100 {
        let storage = Arc::new(SqliteStorage::open(&folder.join("sidekick.db")).unwrap());
        let ask = |storage: Arc<SqliteStorage>| async move { while storage.position().await.is_ok() {} };
        let asking: Vec<_> = (0..32).map(|_| tokio::spawn(ask(Arc::clone(&storage)))).collect();
        storage.close().await.unwrap();
        for asking in asking {
            let answered = tokio::time::timeout(DEADLINE, asking).await;
            assert!(answered.is_ok(), "round {round}: the storage is closed, and somebody waits for it");
        }
    }
}

/// A program that is being started has all files of this process open until it runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_storage_can_be_opened_again_while_programs_are_started() {
    let done = Arc::new(AtomicBool::new(false));
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let done = Arc::clone(&done);
            std::thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    std::process::Command::new("true").status().unwrap();
                }
            })
        })
        .collect();
    let folder = Folder::new();
    let mut opened = Ok(());
    for _ in 0..300 {
        match SqliteStorage::open(&folder.join("sidekick.db")) {
            Ok(storage) => storage.close().await.unwrap(),
            Err(error) => opened = Err(error),
        }
    }
    done.store(true, Ordering::Relaxed);
    starting.into_iter().for_each(|thread| thread.join().unwrap());
    opened.unwrap();
}
